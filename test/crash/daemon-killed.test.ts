/** The daemon is killed under traffic: applications go on, and it comes back by itself as it was. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DaemonClient } from '../../src/daemon/protocol.ts';
import {
  fence,
  goLive,
  gone,
  guardianOf,
  kill,
  lives,
  makeDaemonHome,
  processOf,
  stateOf,
  until,
  type DaemonHome,
} from '../integration/daemon/daemon-home.ts';

let daemon: DaemonHome;
let client: DaemonClient;
beforeEach(async () => {
  daemon = makeDaemonHome();
  client = await daemon.connect();
});
afterEach(async () => daemon.close());

const answer = (url: string) =>
  fetch(url).then(
    async (response) => (response.ok ? response.text() : null),
    () => null,
  );

async function killDaemon(): Promise<void> {
  const { pid } = await client.info();
  kill(pid);
  await until('another daemon serves', async () => (await client.info()).pid !== pid);
}

test('killed under traffic: the applications never stop, and the table is the same', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1', 'r2']);
  await client.route('shop', fence(), { r1: 0.5, r2: 0.5 });
  const before = await stateOf(client, 'shop');
  const ended = new AbortController();
  const heard = new Set<string>();
  const traffic = Array.from({ length: 4 }, async () => {
    while (!ended.signal.aborted) {
      const said = await answer(url);
      if (said !== null) heard.add(said);
      await delay(2);
    }
  });
  for (let round = 0; round < 3; round++) await killDaemon();
  heard.clear();
  await until('both releases answer again', () => heard.size === 2);
  ended.abort();
  await Promise.all(traffic);
  const after = await stateOf(client, 'shop');
  expect(after.table).toEqual(before.table);
  expect(after.listen).toEqual(before.listen);
  expect(after.processes.map(({ pid, state }) => [pid, state])).toEqual(
    before.processes.map(({ pid }) => [pid, 'running']),
  );
});

test('an adopted application is still restarted when it ends, and stopped when told', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1']);
  await killDaemon();
  const { pid } = await processOf(client, 'shop', 'r1');
  kill(pid ?? 0);
  await until('it answers again', async () => (await answer(url)) === 'r1');
  const restarted = await processOf(client, 'shop', 'r1');
  expect(restarted).toMatchObject({ state: 'running', restarts: 1 });
  expect(restarted.pid).not.toBe(pid);
  await killDaemon();
  await client.stop('shop', fence(), 'r1');
  expect(lives(restarted.pid ?? 0)).toBe(false);
});

test('daemon and application killed together: both come back', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1']);
  const { pid } = await processOf(client, 'shop', 'r1');
  const info = await client.info();
  kill(info.pid);
  kill(-(pid ?? 0));
  await until('it answers again', async () => (await answer(url)) === 'r1');
  expect((await processOf(client, 'shop', 'r1')).pid).not.toBe(pid);
});

test('daemon and guardian killed: the next command brings all back, the running application included', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1']);
  const { pid } = await processOf(client, 'shop', 'r1');
  const info = await client.info();
  for (const guardian of daemon.guardians) kill(guardian);
  kill(info.pid);
  await until('it is gone', () => !lives(info.pid));
  client = await daemon.connect();
  await until('it answers again', async () => (await answer(url)) === 'r1');
  expect((await processOf(client, 'shop', 'r1')).pid).toBe(pid);
});

test('the guardian alone killed: the daemon gets another one, no connection is cut, and it is brought back as before', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1']);
  const info = await client.info();
  const slow = answer(`${url}/slow?ms=3000`);
  await until('it is on its way', async () => (await stateOf(client, 'shop')).stats.some((its) => its.inFlight === 1));
  for (let round = 0; round < 2; round++) {
    const guardian = guardianOf(daemon.home) ?? 0;
    kill(guardian);
    await until('another one guards it', () => {
      const now = guardianOf(daemon.home);
      return now !== null && now !== guardian && lives(now);
    });
  }
  expect((await client.info()).pid).toBe(info.pid);
  expect(await slow).not.toBeNull();
  await killDaemon();
  await until('it answers again', async () => (await answer(url)) === 'r1');
  await killDaemon();
  await until('it answers once more', async () => (await answer(url)) === 'r1');
});

test('a daemon with a second guardian ends for good when it is told to', async () => {
  const { pid } = await client.info();
  const guardian = guardianOf(daemon.home) ?? 0;
  kill(guardian);
  await until('another one guards it', () => guardianOf(daemon.home) !== guardian);
  const second = guardianOf(daemon.home) ?? 0;
  await client.shutdown();
  await gone([pid, second]);
  expect(daemon.log()).toContain('stopped');
});

test('an application that the daemon had no time to write down is found, and not started twice', async () => {
  await goLive(daemon, client, 'shop', ['r1']);
  const { pid } = await processOf(client, 'shop', 'r1');
  const info = await client.info();
  for (const process of [...daemon.guardians, info.pid]) kill(process);
  await until('it is gone', () => !lives(info.pid));
  const state = daemon.state();
  for (const record of state.apps['shop']?.processes ?? []) record.identity = null;
  writeFileSync(join(daemon.home, 'state.json'), JSON.stringify(state));
  client = await daemon.connect();
  await until('it is found', async () => (await processOf(client, 'shop', 'r1')).pid === pid);
});

test('killed while it stops a release: the stop is finished by the next daemon', async () => {
  const url = await goLive(daemon, client, 'shop', ['r1', 'r2']);
  const slow = answer(`${url}/slow?ms=20000`);
  await until('it is on its way', async () => (await stateOf(client, 'shop')).stats.some((its) => its.inFlight === 1));
  await client.route('shop', fence(), { r2: 1 });
  const stop = client.stop('shop', fence(), 'r1').catch((error: unknown) => error);
  await until('it drains', async () => (await processOf(client, 'shop', 'r1')).state === 'stopping');
  const { pid } = await processOf(client, 'shop', 'r1');
  await killDaemon();
  expect(await stop).toMatchObject({ code: 'TARGET_UNREACHABLE', unknown: true });
  expect(await slow).toBeNull();
  await until('the release is gone', () => !lives(pid ?? 0));
  expect(await answer(url)).toBe('r2');
});
