import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExec } from '../util/exec.ts';
import type { CheckContext } from './check.ts';
import { httpCheck } from './http.ts';
import { normalizeHealth } from './normalize.ts';
import type { WrittenHttp } from './shape.ts';

let server: Server;
let base: string;
const seen: IncomingMessage[] = [];
let flaky = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    const path = request.url ?? '';
    if (path === '/json') response.end('{"status":"ok","users":[{"age":3},{"age":40}],"load":null,"big":1e999}');
    else if (path === '/slow') setTimeout(() => response.end('late'), 300);
    else if (path === '/cut') response.write('half', () => response.destroy());
    else if (path === '/away') response.writeHead(302, { location: '/json' }).end();
    else if (path === '/broken') response.writeHead(500).end('stack trace '.repeat(100));
    else if (path === '/flaky') response.writeHead(flaky++ === 0 ? 503 : 200).end();
    else if (path === '/empty') response.end();
    else response.end('hello world');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

function run(written: WrittenHttp, urls: CheckContext['urls'] = { web: base }, signal = new AbortController().signal) {
  const bind = () => ({ reveal: () => 'Bearer hunter22' });
  const [spec] = normalizeHealth({ http: [written] }, null, bind).http;
  if (!spec) throw new Error('no check');
  return httpCheck(spec).run({ urls, signal, exec: createExec({}) });
}

test.each<[WrittenHttp, string, string]>([
  [{}, 'pass', '200 in '],
  [{ expect: { contains: 'world', matches: '^h.llo', latency: '5s' } }, 'pass', '200 in '],
  [{ expect: { contains: 'moon' } }, 'fail', 'expected a body with "moon", which is not in it'],
  [{ expect: { matches: '^world' } }, 'fail', 'expected a body that matches /^world/, which it does not'],
  [{ path: '/broken' }, 'fail', 'expected status 200-299, saw 500'],
  [{ path: '/broken', expect: { status: [404, '5xx'] } }, 'pass', '500 in '],
  [{ path: '/away' }, 'fail', 'expected status 200-299, saw 302'],
  [{ path: '/away', expect: { status: '300-303' } }, 'pass', '302 in '],
  [{ path: '/slow', expect: { latency: '100ms' } }, 'fail', 'expected an answer within 100 ms, saw '],
  [
    { path: '/slow', timeout: '50ms' },
    'fail',
    'expected an answer from BASE/slow, saw: no complete answer within 50 ms',
  ],
  [{ path: '/cut' }, 'fail', 'expected an answer from BASE/cut, saw: '],
  [{ path: '/flaky', retries: 1 }, 'pass', '200 in '],
  [{ path: '/empty', expect: { contains: 'x' } }, 'inconclusive', 'expected a body with "x", saw an empty one'],
  [{ path: '/empty', expect: { json: { path: '$' } } }, 'inconclusive', 'expected JSON, saw an empty body'],
  [{ expect: { json: { path: '$' } } }, 'fail', 'expected JSON, saw hello world'],
  [
    {
      path: '/json',
      expect: {
        json: [
          { path: '$.status', equals: 'ok' },
          { path: '$.users[*]', count: 2 },
        ],
      },
    },
    'pass',
    '200 in ',
  ],
  [
    { path: '/json', expect: { json: { path: '$.status', equals: 'down' } } },
    'fail',
    '$.status: expected "down", saw "ok"',
  ],
  [{ path: '/json', expect: { json: { path: '$.none' } } }, 'fail', '$.none: expected a value, saw none'],
  [{ path: '/json', expect: { json: { path: '$.none', exists: false } } }, 'pass', '200 in '],
  [
    { path: '/json', expect: { json: { path: '$.users[*].age', above: 2, below: 40 } } },
    'fail',
    '$.users[*].age: expected less than 40, saw 40',
  ],
  [
    { path: '/json', expect: { json: { path: '$.load', below: 1 } } },
    'inconclusive',
    '$.load: expected a number, saw null',
  ],
  [
    { path: '/json', expect: { json: { path: '$.big', above: 1 } } },
    'inconclusive',
    '$.big: expected a number, saw null',
  ],
  [{ path: '/json', expect: { json: { path: '$.[' } } }, 'error', '$.[ is not a JSON path: '],
  [{ url: 'http://127.0.0.1:1/' }, 'error', 'could not ask http://127.0.0.1:1/: bad port'],
  [{ url: 'http://nowhere.invalid/' }, 'error', 'could not ask http://nowhere.invalid/: name '],
  [{ target: 'api' }, 'error', 'target api has no address to ask'],
])('%j is %s', async (written, status, summary) => {
  const result = await run(written);
  expect([result.status, result.summary.slice(0, summary.replace('BASE', base).length)]).toEqual([
    status,
    summary.replace('BASE', base),
  ]);
  expect(result.findings.length > 0).toBe(status !== 'pass');
});

test('nobody listening fails', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  expect(await run({}, { web: `http://127.0.0.1:${port}` })).toMatchObject({
    status: 'fail',
    summary: `expected an answer from http://127.0.0.1:${port}/, saw: connection refused`,
  });
});

test('sends method, headers with secrets, and body', async () => {
  await run({
    method: 'POST',
    path: '/x',
    headers: { authorization: { secret: 'TOKEN' }, 'x-a': 'b' },
    body: { a: 1 },
  });
  const last = seen.at(-1);
  expect([last?.method, last?.headers.authorization, last?.headers['x-a'], last?.headers['content-length']]).toEqual([
    'POST',
    'Bearer hunter22',
    'b',
    '7',
  ]);
});

test('two targets and none named cannot be asked', async () => {
  expect((await run({}, { web: base, api: base })).summary).toBe('which target to ask is not said: one of web, api');
});

test('what was seen is recorded in a bounded length', async () => {
  const result = await run({ path: '/broken' });
  expect(result.findings).toHaveLength(2);
  expect(result.findings[1]).toMatch(/^body: stack trace .*\.\.\.$/);
  expect(Math.max(...result.findings.map((line) => line.length))).toBeLessThanOrEqual(300);
  expect(result.measurements).toEqual([{ name: 'latency', value: expect.any(Number), unit: 'ms' }]);
});

test('stopping ends it at once, as an error', async () => {
  const stop = new AbortController();
  const running = run({ path: '/slow' }, { web: base }, stop.signal);
  stop.abort();
  expect(await running).toMatchObject({
    status: 'error',
    summary: `could not ask ${base}/slow: stopped before the answer came`,
  });
});
