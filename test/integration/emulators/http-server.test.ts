/** What all emulators have in common: routes, faults, the log of requests, and an end that leaves nothing hanging. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { type EmulatorServer, startServer } from '../../../src/emulators/http/server.ts';

let server: EmulatorServer;
let done: string[];
beforeEach(async () => {
  done = [];
  server = await startServer({
    routes: {
      'GET /things/:id': ({ params, query }) => ({ json: { id: params['id'], q: query.get('q') } }),
      'POST /things/:id/start': async (request) => {
        done.push(request.params['id'] ?? '');
        return { status: 201, json: await request.json() };
      },
      'GET /files/*path': ({ params }) => ({ text: params['path'] ?? '' }),
    },
    unknown: ({ path }) => ({ status: 404, json: { unknown: path } }),
    failed: (error) => ({ status: 400, json: { failed: error instanceof Error ? error.name : '' } }),
  });
});
afterEach(() => server.close());

const get = (path: string, signal?: AbortSignal) => fetch(server.url + path, signal ? { signal } : {});
const start = (id: string, body: string | Uint8Array<ArrayBuffer> = '{}', headers: Record<string, string> = {}) =>
  fetch(`${server.url}/things/${id}/start`, { method: 'POST', body, headers });

test('routes take names, rests and queries; what has no route, and what throws, is answered by the emulator', async () => {
  expect(await (await get('/things/a%20b?q=1')).json()).toEqual({ id: 'a b', q: '1' });
  expect(await (await get('/files/deep/er.txt')).text()).toBe('deep/er.txt');
  expect((await get('/nothing')).status).toBe(404);
  expect((await start('1', 'no json')).status).toBe(400);
});

test('a lost answer has its effect, a dropped request has not, a refusal comes as often as it was ordered', async () => {
  server.inject({ on: 'POST /things/1/start', kind: 'lost-answer' });
  await expect(start('1')).rejects.toThrow('fetch failed');
  server.inject({ on: 'POST /things/*', kind: 'drop' });
  await expect(start('2')).rejects.toThrow('fetch failed');
  server.inject({ on: /start$/, kind: 'status', status: 429, headers: { 'retry-after': '3' }, times: 2 });
  expect((await start('3')).headers.get('retry-after')).toBe('3');
  expect([(await start('4')).status, (await start('5')).status]).toEqual([429, 201]);
  expect(done).toEqual(['1', '5']);
  expect(server.requests.map(({ status }) => status)).toEqual([null, null, 429, 429, 201]);
  server.inject({ on: 'GET /things/1', kind: 'status' });
  server.clearFaults();
  expect((await get('/things/1')).status).toBe(200);
});

test('a request that hangs ends with the emulator, a delayed one comes late, latency is for all', async () => {
  server.inject({ on: 'GET /things/1', kind: 'delay', ms: 200 });
  const begun = performance.now();
  expect((await get('/things/1')).status).toBe(200);
  server.latencyMs = 100;
  await get('/things/2');
  expect(performance.now() - begun).toBeGreaterThan(280);
  server.inject({ on: 'GET /things/3', kind: 'hang' });
  const hanging = get('/things/3');
  const ended = expect(hanging).rejects.toThrow('fetch failed');
  await get('/things/4');
  await server.close();
  await ended;
});

test('compressed bodies are read; the log keeps what was sent, without keys and values of variables', async () => {
  const sent = { adminKey: 'x|1', environmentVariables: { A: 'secret' }, list: [{ deployKey: 'y' }], name: 'kept' };
  const answer = await start('1', new Uint8Array(gzipSync(JSON.stringify(sent))), { 'content-encoding': 'gzip' });
  expect(await answer.json()).toEqual(sent);
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    path: '/things/1/start',
    status: 201,
    body: {
      adminKey: '<redacted>',
      environmentVariables: { A: '<redacted>' },
      list: [{ deployKey: '<redacted>' }],
      name: 'kept',
    },
  });
});
