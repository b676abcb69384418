/** What the daemon does with applications: start, route, restart, give up, stop, forget. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DaemonClient } from '../../../src/daemon/protocol.ts';
import {
  appSpec,
  fence,
  goLive,
  lives,
  makeDaemonHome,
  processOf,
  stateOf,
  until,
  type DaemonHome,
} from './daemon-home.ts';

let daemon: DaemonHome;
let client: DaemonClient;
beforeAll(async () => {
  daemon = makeDaemonHome();
  client = await daemon.connect();
});
afterAll(async () => daemon.close());

const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

test('runs releases, moves traffic between them, and says what it does', async () => {
  const url = await goLive(daemon, client, 'shop', ['a1', 'a2']);
  expect(await text(url)).toBe('a1');
  await client.route('shop', fence(), { a2: 1 });
  expect(await text(url)).toBe('a2');
  const state = await stateOf(client, 'shop');
  expect(state).toMatchObject({ app: 'shop', token: 1, table: { shares: { a2: 1 }, holdMs: null } });
  expect(state.listen?.port).toBe(Number(new URL(url).port));
  expect(state.processes.map(({ release, state: its, restarts }) => [release, its, restarts])).toEqual([
    ['a1', 'running', 0],
    ['a2', 'running', 0],
  ]);
  expect(state.processes[0]?.rssBytes).toBeGreaterThan(10_000_000);
  expect(state.stats.find(({ release }) => release === 'a2')?.classes['2xx']).toBe(1);
  expect((await client.info()).apps).toContain('shop');
});

test('starting and stopping twice is the same as once', async () => {
  const spec = await appSpec(daemon, 'twice');
  await client.start('twice', fence(), spec);
  const { pid } = await processOf(client, 'twice', 'twice');
  await client.start('twice', fence(), spec);
  expect((await processOf(client, 'twice', 'twice')).pid).toBe(pid);
  await client.stop('twice', fence(), 'twice');
  await client.stop('twice', fence(), 'twice');
  await client.stop('twice', fence(), 'never there');
  expect(await processOf(client, 'twice', 'twice')).toMatchObject({ state: 'stopped', pid: null });
  await client.forget('twice', fence(), 'twice');
  expect((await stateOf(client, 'twice')).processes).toEqual([]);
});

test('holds traffic while the only release is replaced, and loses none of it', async () => {
  const url = await goLive(daemon, client, 'hold', ['h1']);
  await client.hold('hold', fence(), 20_000);
  const waiting = Array.from({ length: 5 }, () => text(url));
  await client.stop('hold', fence(), 'h1');
  const spec = await appSpec(daemon, 'h2');
  await client.start('hold', fence(), spec);
  await until('h2 listens', () => text(`http://127.0.0.1:${spec.port}/`).then(Boolean, () => false));
  await client.route('hold', fence(), { h2: 1 });
  await client.resume('hold', fence());
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['h2']));
});

test('waits for open requests before it stops a release', async () => {
  const url = await goLive(daemon, client, 'drain', ['d1', 'd2']);
  const slow = text(`${url}/slow?ms=400`);
  await until('it is on its way', async () => (await stateOf(client, 'drain')).stats.some((its) => its.inFlight === 1));
  await client.route('drain', fence(), { d2: 1 });
  await client.stop('drain', fence(), 'd1');
  expect(await slow).toBe('d1');
  expect((await processOf(client, 'drain', 'd1')).state).toBe('stopped');
});

test('ends an application that ignores SIGTERM', async () => {
  const spec = await appSpec(daemon, 'stubborn', { mode: 'stubborn', killAfterMs: 300 });
  await client.start('stubborn', fence(), spec);
  await until('it listens', () => text(`http://127.0.0.1:${spec.port}/`).then(Boolean, () => false));
  const { pid } = await processOf(client, 'stubborn', 'stubborn');
  const began = performance.now();
  await client.stop('stubborn', fence(), 'stubborn');
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(lives(pid ?? 0)).toBe(false);
});

test('starts a crashed application again, and counts it', async () => {
  const url = await goLive(daemon, client, 'crash', ['c1']);
  await text(`${url}/crash`);
  await until('it answers again', async () => (await text(url)) === 'c1');
  expect(await processOf(client, 'crash', 'c1')).toMatchObject({
    state: 'running',
    restarts: 1,
    lastExit: { code: 7 },
  });
});

test('gives up on an application that ends at once, and its log tells why', async () => {
  const spec = await appSpec(daemon, 'broken', { mode: 'exits' });
  await client.start('broken', fence(), spec);
  const state = async () => (await processOf(client, 'broken', 'broken')).state;
  await until('it is given up', async () => (await state()) === 'crash-loop');
  expect(await processOf(client, 'broken', 'broken')).toMatchObject({ restarts: 3, pid: null, lastExit: { code: 3 } });
  expect(readFileSync(spec.logFile, 'utf8')).toBe('no configuration\n'.repeat(4));
});

test('says when a release cannot start at all', async () => {
  const spec = await appSpec(daemon, 'nowhere', { cwd: '/nowhere/at/all' });
  await expect(client.start('nowhere', fence(), spec)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  expect((await stateOf(client, 'nowhere')).processes).toEqual([]);
});

test('names the process that has the port', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const refusal = { code: 'PORT_TAKEN', why: expect.stringContaining(`(pid ${process.pid})`) };
  await expect(client.start('taken', fence(), await appSpec(daemon, 'taken', { port }))).rejects.toMatchObject(refusal);
  await expect(client.listen('taken', fence(), { host: '127.0.0.1', port })).rejects.toMatchObject(refusal);
  await new Promise((resolve) => other.close(resolve));
  await client.listen('taken', fence(), { host: '127.0.0.1', port });
});

test('refuses to route to, or to remove under traffic, what it must not', async () => {
  await goLive(daemon, client, 'live', ['l1']);
  await expect(client.route('live', fence(), { other: 1 })).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  await expect(client.forget('live', fence(), 'l1')).rejects.toMatchObject({ code: 'TARGET_FAILED' });
});

test('keeps log files below their limit, with one generation before', async () => {
  const url = await goLive(daemon, client, 'chatty', ['chatty']);
  const { logFile } = await appSpec(daemon, 'chatty');
  await text(`${url}/print?bytes=300000`);
  await until('it is rotated', () => existsSync(`${logFile}.1`) && statSync(logFile).size === 0);
  expect(statSync(`${logFile}.1`).size).toBe(300_001);
  await text(`${url}/print?bytes=10`);
  // Appended at the new end, and not behind a hole of the old size.
  await until('it goes on', () => readFileSync(logFile, 'utf8') === `${'x'.repeat(10)}\n`);
});
