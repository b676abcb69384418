/** What goes wrong with HAProxy when it is driven naively: each of these was seen, and each is a test. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tell } from '../../../src/routers/haproxy/control-socket.ts';
import { createHaproxyRouter } from '../../../src/routers/haproxy/haproxy-router.ts';
import { pathsOf } from '../../../src/routers/haproxy/options.ts';
import { startReleaseServer, type ReleaseServer } from '../../../src/testing/release-server.ts';
import { cookieOf } from '../../../src/testing/router-scene.ts';
import { freePort } from '../../support/postgres.ts';
import { openHaproxyRouter, type ListeningHaproxy } from './open-haproxy-router.ts';
import { startRouterLoad } from './router-load.ts';

let haproxy: ListeningHaproxy;
let stable: ReleaseServer;
let candidate: ReleaseServer;
beforeEach(async () => {
  [haproxy, stable, candidate] = await Promise.all([
    openHaproxyRouter(),
    startReleaseServer('stable'),
    startReleaseServer('candidate'),
  ]);
});
afterEach(async () => {
  await haproxy.close();
  await Promise.all([stable.close(), candidate.close()]);
});

const share = (its: number) =>
  haproxy.router.apply({
    backends: [stable.backend, candidate.backend],
    shares: its === 0 ? { stable: 1 } : { stable: 1 - its, candidate: its },
    holdMs: null,
  });
const get = (headers: Record<string, string> = {}) => fetch(haproxy.origin, { headers });
const paths = () => pathsOf(haproxy.options);
const masterPid = () => (JSON.parse(readFileSync(paths().identity, 'utf8')) as { pid: number }).pid;
const workerPid = async () => /^Pid: (\d+)/m.exec(await tell(paths().socket, 'show info'))?.[1];

async function reloadFromOutside(): Promise<void> {
  const before = await workerPid();
  process.kill(masterPid(), 'SIGUSR2');
  await expect.poll(workerPid, { timeout: 10_000 }).not.toBe(before);
}

test('1: nobody stays behind on a candidate that was taken back, whatever cookie they have', async () => {
  await share(0.9);
  const cookies = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await get();
      await response.text();
      return cookieOf(response).split(';')[0] ?? '';
    }),
  );
  await share(0);
  const answers = await Promise.all(cookies.map(async (cookie) => (await get({ cookie })).text()));
  expect(new Set(answers)).toEqual(new Set(['stable']));
});

test('2: a release that had no share gets one: shares are absolute', async () => {
  await share(0);
  await share(0.9999);
  expect(await (await get({ cookie: 'belay_bucket=9000' })).text()).toBe('candidate');
  expect((await haproxy.router.table()).shares).toEqual({ stable: 1 - 0.9999, candidate: 0.9999 });
});

test('3: a reload by somebody else changes neither shares nor addresses, and no request goes unseen', async () => {
  await share(0.25);
  const before = await haproxy.router.table();
  const { next } = await haproxy.router.observations(null);
  await reloadFromOutside();
  expect(await haproxy.router.table()).toEqual(before);
  expect(await (await get({ cookie: 'belay_bucket=9999' })).text()).toBe('candidate');
  await expect.poll(async () => (await haproxy.router.observations(next)).items.length, { timeout: 5_000 }).toBe(1);
  await share(0);
  expect(await (await get({ cookie: 'belay_bucket=9999' })).text()).toBe('stable');
});

test('4: reloads under load over kept connections lose nothing', async () => {
  await share(0.5);
  const load = startRouterLoad(haproxy.origin, { streams: false });
  for (let turn = 0; turn < 5; turn++) {
    await load.moved(20);
    await reloadFromOutside();
  }
  await load.moved(20);
  await load.stop();
  expect(load.failures).toEqual([]);
});

test('5: connections to a release that nobody uses are closed soon, so that it can end', async () => {
  await share(0);
  const open = new Set<unknown>();
  const server = createServer((_req, res) => res.end('next')).listen(0, '127.0.0.1');
  // Its own limit is not what closes them.
  server.keepAliveTimeout = 600_000;
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const next = { release: 'next', host: '127.0.0.1', port };
  const backends = [stable.backend, next];
  await haproxy.router.apply({ backends, shares: { next: 1 }, holdMs: null });
  await Promise.all(Array.from({ length: 4 }, async () => (await get()).text()));
  expect(open.size).toBeGreaterThan(0);
  await haproxy.router.apply({ backends, shares: { stable: 1 }, holdMs: null });
  await expect.poll(() => open.size, { timeout: 15_000 }).toBe(0);
  server.close();
});

test('6: what happened is read over the socket: no port is open but the public one', async () => {
  await (await get()).text();
  const worker = await workerPid();
  const listening = execFileSync('ss', ['-ltunpH'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`pid=${worker},`));
  expect(listening).toHaveLength(1);
  expect(listening[0]).toContain(`127.0.0.1:${haproxy.port}`);
  const modes = execFileSync('stat', ['-c', '%a', paths().socket, paths().master], { encoding: 'utf8' });
  expect(modes.trim().split('\n')).toEqual(['600', '600']);
});

test('a request that is cut, and may be repeated, is answered by what is live now', async () => {
  await share(0);
  const slow = fetch(`${haproxy.origin}/slow/1500`).then((response) => response.text());
  await expect.poll(() => stable.reached()).toBe(1);
  await share(0.9999);
  await haproxy.router.apply({ ...(await haproxy.router.table()), shares: { candidate: 1 } });
  const cut = await haproxy.router.drain('stable', { requestsMs: 50, streamsMs: 0 });
  expect(cut).toEqual({ requests: 1, streams: 0 });
  expect([await slow, stable.reached(), candidate.reached()]).toEqual(['candidate', 1, 1]);
});

test('requests are answered without the rights of root', async () => {
  const status = readFileSync(`/proc/${await workerPid()}/status`, 'utf8');
  const uid = Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
  expect(uid).toBe(process.getuid?.() === 0 ? 65_534 : process.getuid?.());
});

test('a request that must not be sent twice is sent once, on a connection of its own', async () => {
  let reached = 0;
  const server = createServer((req) => {
    reached += 1;
    req.socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await haproxy.router.apply({
    backends: [{ release: 'dying', host: '127.0.0.1', port }],
    shares: { dying: 1 },
    holdMs: null,
  });
  expect((await fetch(haproxy.origin, { method: 'POST', body: 'x' })).status).toBe(502);
  expect(reached).toBe(1);
  server.close();
});

test('a killed HAProxy is said to be unreachable, and is back as it was', async () => {
  await share(0.25);
  const before = await haproxy.router.table();
  const { next } = await haproxy.router.observations(null);
  process.kill(-masterPid(), 'SIGKILL');
  await expect(haproxy.router.table()).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
  await expect.poll(() => haproxy.router.table().catch(() => null), { timeout: 10_000 }).toEqual(before);
  await (await get()).text();
  await expect.poll(async () => (await haproxy.router.observations(next)).items.length, { timeout: 5_000 }).toBe(1);
  expect(await haproxy.router.observations(next)).toMatchObject({ restarted: true });
});

test('a HAProxy whose socket was removed is brought back', async () => {
  await share(0);
  const before = masterPid();
  rmSync(paths().socket);
  await expect
    .poll(() => haproxy.router.table().catch(() => null), { timeout: 10_000 })
    .toMatchObject({
      shares: { stable: 1 },
    });
  expect(masterPid()).not.toBe(before);
  expect(await (await get()).text()).toBe('stable');
});

test('the next owner finds the HAProxy that the one before left, with what it has in force', async () => {
  await share(0.25);
  haproxy.router.leave();
  const next = createHaproxyRouter(haproxy.options);
  const table = { backends: [stable.backend, candidate.backend], shares: { candidate: 1 }, holdMs: null };
  await next.apply(table);
  const pid = masterPid();
  const worker = await workerPid();
  await next.listen({ host: '127.0.0.1', port: haproxy.port });
  expect([masterPid(), await workerPid()]).toEqual([pid, worker]);
  expect(await next.table()).toEqual(table);
  expect(await (await get()).text()).toBe('candidate');
  await next.close();
});

test('another port costs no request that is open', async () => {
  await share(0);
  const slow = fetch(`${haproxy.origin}/slow/500`).then((response) => response.text());
  await expect.poll(() => stable.reached()).toBe(1);
  const port = await freePort();
  await haproxy.router.listen({ host: '127.0.0.1', port });
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('stable');
  expect(await slow).toBe('stable');
  const refused = () =>
    get().then(
      () => false,
      () => true,
    );
  await expect.poll(refused).toBe(true);
});

/** In a process of its own: this one must be free to read as it likes. */
const ASKS = `import { Agent, get } from 'node:http';
const agent = new Agent({ keepAlive: true });
const ask = () => new Promise((done) => get(process.argv[1], { agent }, (res) => res.resume().once('end', done)));
await Promise.all(Array.from({ length: 20 }, async () => {
  for (let count = 0; count < 100; count++) await ask();
}));`;

test('the last of many requests is told as soon as the first, although lines are taken together', async () => {
  await share(0.5);
  const { next } = await haproxy.router.observations(null);
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', ASKS, haproxy.origin]);
  const seen = async () => (await haproxy.router.observations(next)).items.length;
  await expect.poll(seen, { timeout: 1_000, interval: 20 }).toBe(2_000);
});

test('outside of a split a few stand for many, and what fails is told each time', async () => {
  await share(0);
  const ask = async () => {
    for (let count = 0; count < 100; count++) await (await get()).text();
    for (let count = 0; count < 2; count++) await (await fetch(`${haproxy.origin}/status/500`)).text();
  };
  await Promise.all(Array.from({ length: 20 }, ask));
  const classes = async () => (await haproxy.router.stats()).find(({ release }) => release === 'stable')?.classes;
  await expect.poll(async () => (await classes())?.['5xx'], { timeout: 5_000 }).toBe(40);
  const answered = (await classes())?.['2xx'] ?? 0;
  expect(answered).toBeGreaterThan(1_000);
  expect(answered).toBeLessThan(3_000);
  const told = (await tell(paths().socket, 'show events belay.shop.requests')).match(/^R /gm)?.length ?? 0;
  expect(told).toBeLessThan(1_500);
});

test.each([
  ['127.0.0.1', 'for=127.0.0.1;'],
  ['[::1]', 'for="[::1]";'],
])('behind a port of both families a client is told by its own address: %s', async (host, node) => {
  await share(0);
  const port = await freePort();
  await haproxy.router.listen({ host: '::', port });
  const { headers } = (await (await fetch(`http://${host}:${port}/echo`)).json()) as {
    headers: Record<string, string>;
  };
  expect(headers['forwarded']).toContain(node);
  expect(headers['x-forwarded-for']).toBe(host.replaceAll(/[[\]]/g, ''));
});
