/** An application behind a HAProxy that others run: it is told what to load, and nothing of theirs is touched. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tell } from '../../../src/routers/haproxy/control-socket.ts';
import { findHaproxy } from '../../../src/routers/haproxy/program.ts';
import { fence, freePort, goLive, kill, makeDaemonHome, stateOf, until, type DaemonHome } from './daemon-home.ts';

let daemon: DaemonHome;
let theirs: ChildProcess | undefined;
beforeEach(() => {
  daemon = makeDaemonHome();
});
afterEach(async () => {
  await end();
  await daemon.close();
});

/** Master and workers, whatever they are doing: a master that has just started hears no other signal. */
async function end(): Promise<void> {
  if (theirs?.pid === undefined || theirs.exitCode !== null || theirs.signalCode !== null) return;
  const ended = once(theirs, 'exit');
  kill(-theirs.pid);
  await ended;
}

/** Under a master, as distributions start it. */
async function run(socket: string, ...files: string[]): Promise<void> {
  await end();
  rmSync(socket, { force: true });
  const { path } = await findHaproxy();
  const argv = ['-W', '-q', ...files.flatMap((file) => ['-f', file])];
  theirs = spawn(path, argv, { detached: true, stdio: 'ignore' });
  await until('their HAProxy answers', () =>
    tell(socket, 'show info').then(
      (answer) => answer.includes('Pid:'),
      () => false,
    ),
  );
}

const status = async (port: number) => (await fetch(`http://127.0.0.1:${port}`)).status;

test('it is asked for, then driven, and left as it was', async () => {
  const client = await daemon.connect();
  const own = Number(new URL(await goLive(daemon, client, 'shop', ['s1', 's2'])).port);
  const [port, their] = [await freePort(), await freePort()];
  const [config, socket] = [join(daemon.home, 'theirs.cfg'), join(daemon.socketBase, 'theirs.sock')];
  const text = `global
  stats socket ${socket} mode 600 level admin expose-fd listeners
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend theirs
  bind 127.0.0.1:${their}
  http-request return status 204
`;
  writeFileSync(config, text);
  await run(socket, config);
  const router = { kind: 'haproxy', beside: { configs: [config], socket } } as const;
  const listen = () => client.listen('shop', fence(), { host: '127.0.0.1', port, router });
  const fragment = join(daemon.home, 'haproxy', 'shop', 'belay.cfg');
  const refused = await listen().then(
    () => null,
    (error: Error & { why?: string }) => error,
  );
  expect(refused).toMatchObject({ code: 'TARGET_UNREACHABLE', next: 'systemctl reload haproxy' });
  expect(refused?.why).toContain(`-f ${config} -f ${fragment}`);
  // What served goes on serving.
  expect(await (await fetch(`http://127.0.0.1:${own}`)).text()).toBe('s1');

  await run(socket, config, fragment);
  await listen();
  expect(await status(their)).toBe(204);
  await client.route('shop', fence(), { s2: 1 });
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('s2');
  expect((await stateOf(client, 'shop')).router).toBe('haproxy');

  await client.shutdown();
  expect(theirs?.exitCode).toBeNull();
  expect(await status(their)).toBe(204);
  expect(readFileSync(config, 'utf8')).toBe(text);
});

test('a fragment that their configuration does not bear is refused before anybody loads it', async () => {
  const client = await daemon.connect();
  await goLive(daemon, client, 'shop', ['s1']);
  const [config, socket] = [join(daemon.home, 'theirs.cfg'), join(daemon.socketBase, 'theirs.sock')];
  const text = `global\n  stats socket ${socket} mode 600 level admin\n`;
  writeFileSync(config, text);
  await run(socket, config);
  writeFileSync(config, `${text}  no-such-word\n`);
  const router = { kind: 'haproxy', beside: { configs: [config], socket } } as const;
  const refused = client.listen('shop', fence(), { host: '127.0.0.1', port: await freePort(), router });
  await expect(refused).rejects.toMatchObject({ code: 'TARGET_FAILED', message: 'HAProxy refuses its configuration' });
  await expect(refused).rejects.toHaveProperty('why', expect.stringContaining('no-such-word'));
});
