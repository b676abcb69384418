/** Belay beside somebody else's HAProxy: its own file and its own proxies, and nothing of theirs is touched. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHaproxyRouter } from '../../../src/routers/haproxy/haproxy-router.ts';
import { pathsOf, type HaproxyOptions } from '../../../src/routers/haproxy/options.ts';
import { findHaproxy } from '../../../src/routers/haproxy/program.ts';
import { startReleaseServer, type ReleaseServer } from '../../../src/testing/release-server.ts';
import { freePort } from '../../support/postgres.ts';
import { startRouterLoad } from './router-load.ts';

let folder: string;
let theirs: ReleaseServer;
let stable: ReleaseServer;
let candidate: ReleaseServer;
let process_: ChildProcess | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-fragment-'));
  [theirs, stable, candidate] = (await Promise.all(
    ['theirs', 'stable', 'candidate'].map((name) => startReleaseServer(name)),
  )) as [ReleaseServer, ReleaseServer, ReleaseServer];
});
afterEach(async () => {
  if (process_?.pid !== undefined && process_.exitCode === null) {
    const ended = once(process_, 'exit');
    process_.kill('SIGTERM');
    await ended;
  }
  await Promise.all([theirs, stable, candidate].map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

const foreignConfig = (socket: string, port: number, backend: number) => `global
  stats socket ${socket} mode 600 level admin expose-fd listeners
defaults
  mode http
  option idle-close-on-response
  timeout connect 1s
  timeout client 30s
  timeout server 30s
frontend theirs
  bind 127.0.0.1:${port}
  default_backend theirs
backend theirs
  server one 127.0.0.1:${backend}
`;

test('its proxies are driven over a foreign socket, and foreign traffic loses nothing', async () => {
  const [config, socket] = [join(folder, 'foreign.cfg'), join(folder, 'foreign.sock')];
  const [port, ours] = [await freePort(), await freePort()];
  const text = foreignConfig(socket, port, theirs.backend.port);
  writeFileSync(config, text);
  const options: HaproxyOptions = {
    name: 'shop',
    folder: join(folder, 'belay'),
    socketFolder: folder,
    foreign: { configs: [config], socket },
  };
  const { path } = await findHaproxy();
  const run = (...files: string[]) =>
    spawn(path, ['-W', '-q', ...files.flatMap((file) => ['-f', file])], { stdio: 'ignore' });
  const router = createHaproxyRouter(options);
  const table = {
    backends: [stable.backend, candidate.backend],
    shares: { stable: 0.5, candidate: 0.5 },
    holdMs: null,
  };
  await router.apply(table);

  // It runs without our file: we say what to do, and do not do it ourselves.
  process_ = run(config);
  await expect.poll(() => existsSync(socket)).toBe(true);
  await expect(router.listen({ host: '127.0.0.1', port: ours })).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    next: 'systemctl reload haproxy',
  });
  const first = once(process_, 'exit');
  process_.kill('SIGTERM');
  await first;
  rmSync(socket, { force: true });
  process_ = run(config, pathsOf(options).config);
  await expect.poll(() => existsSync(socket)).toBe(true);
  await router.listen({ host: '127.0.0.1', port: ours });
  expect(await router.table()).toEqual(table);

  const load = startRouterLoad(`http://127.0.0.1:${port}`, { streams: false });
  const { next } = await router.observations(null);
  for (let turn = 0; turn < 10; turn++) {
    await load.moved(10);
    const its = turn % 2 === 0 ? 0.9 : 0.1;
    await router.apply({ ...table, shares: { stable: 1 - its, candidate: its } });
    expect((await fetch(`http://127.0.0.1:${ours}`)).status).toBe(200);
  }
  // Its operator reloads it, for reasons of their own.
  process_.kill('SIGUSR2');
  await load.moved(50);
  await router.apply({ ...table, shares: { stable: 1 } });
  // A worker that began in between has read the table of before; it is told within moments.
  const ask = async () => (await fetch(`http://127.0.0.1:${ours}`)).text();
  await expect.poll(ask, { timeout: 10_000 }).toBe('stable');
  await load.stop();
  await expect
    .poll(async () => (await router.observations(next)).items.length, { timeout: 5_000 })
    .toBeGreaterThanOrEqual(11);
  await router.close();
  expect(load.failures).toEqual([]);
  expect([...load.answeredBy.keys()]).toEqual(['theirs']);
  expect(readFileSync(config, 'utf8')).toBe(text);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('theirs');
});
