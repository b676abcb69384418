/** A daemon that is told to end ends, whatever is under way: a release that starts, a router that is exchanged or gone. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DaemonClient } from '../../../src/daemon/protocol.ts';
import { appSpec, fence, freePort, goLive, gone, kill, makeDaemonHome, until, type DaemonHome } from './daemon-home.ts';

const HAPROXY = { kind: 'haproxy' } as const;

let daemon: DaemonHome;
let client: DaemonClient;
beforeEach(async () => {
  daemon = makeDaemonHome();
  client = await daemon.connect();
});
afterEach(async () => {
  for (const pid of left()) kill(pid);
  await daemon.close();
});

/** Of this home: applications carry its mark in their environment, HAProxy its folder in its command line. */
function left(): number[] {
  const all = execFileSync('ps', ['axeww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const its = all.filter((line) => line.includes(daemon.home) && /fixture-app|haproxy/.test(line));
  return its.map((line) => Number.parseInt(line, 10));
}

/** @returns milliseconds until its process was gone */
async function shutDown(): Promise<number> {
  const { pid } = await client.info();
  const began = performance.now();
  await client.shutdown();
  await gone([pid, ...daemon.guardians]);
  return performance.now() - began;
}

/** What is asked of it meanwhile may be done or refused, but is answered. */
const answered = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

const marked = async (release: string) => {
  const spec = await appSpec(daemon, release);
  return { ...spec, env: { ...spec.env, HOME_OF_TEST: daemon.home } };
};

test.each([0, 30, 150, 600])('releases that start behind HAProxy, ended after %i ms', async (afterMs) => {
  const [first, second, port] = [await marked('s1'), await marked('s2'), await freePort()];
  const calls = [
    client.start('shop', fence(), first),
    client.listen('shop', fence(), { host: '127.0.0.1', port, router: HAPROXY }),
    client.start('shop', fence(), second),
  ].map(answered);
  const began = performance.now();
  await until('it is time', () => performance.now() - began >= afterMs);
  expect(await shutDown()).toBeLessThan(20_000);
  for (const answer of await Promise.all(calls)) expect(answer).toMatch(/^(done|TARGET_UNREACHABLE)$/);
  expect(left()).toEqual([]);
});

test('a router that is being exchanged', async () => {
  const url = new URL(await goLive(daemon, client, 'shop', ['s1']));
  const exchange = answered(
    client.listen('shop', fence(), { host: '127.0.0.1', port: Number(url.port), router: HAPROXY }),
  );
  expect(await shutDown()).toBeLessThan(20_000);
  expect(await exchange).toMatch(/^(done|TARGET_UNREACHABLE)$/);
  expect(left()).toEqual([]);
});

test('a HAProxy that hangs keeps neither the releases nor the daemon', async () => {
  const url = new URL(await goLive(daemon, client, 'shop', ['s1']));
  await client.listen('shop', fence(), { host: '127.0.0.1', port: Number(url.port), router: HAPROXY });
  const { pid } = JSON.parse(readFileSync(join(daemon.home, 'haproxy', 'shop', 'haproxy.json'), 'utf8')) as {
    pid: number;
  };
  kill(-pid, 'SIGSTOP');
  expect(await shutDown()).toBeLessThan(40_000);
  expect(left()).toEqual([]);
  expect(daemon.log()).toContain('HAProxy does not answer on its socket');
});
