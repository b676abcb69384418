/** A split whose driver has died is taken back by the daemon itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DaemonClient } from '../../../src/daemon/protocol.ts';
import {
  appSpec,
  fence,
  goLive,
  kill,
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

const sharesOf = async (app: string) => (await stateOf(client, app)).table.shares;
const isBackOn = (app: string, release: string) =>
  until(`all traffic of ${app} is on ${release}`, async () => (await sharesOf(app))[release] === 1);

test('it goes back when nobody watches, says so, and everybody is answered by the release before', async () => {
  const url = await goLive(daemon, client, 'alone', ['a1', 'a2']);
  const patient = { release: 'a1', afterMs: 600_000 };
  await client.route('alone', fence(), { a1: 0.1, a2: 0.9 }, patient);
  expect((await stateOf(client, 'alone')).guard).toEqual(patient);
  await client.route('alone', fence(), { a1: 0.1, a2: 0.9 }, { release: 'a1', afterMs: 300 });
  await isBackOn('alone', 'a1');
  expect(await (await fetch(url)).text()).toBe('a1');
  expect((await stateOf(client, 'alone')).guard).toBe(null);
  expect(daemon.log()).toContain('alone: nobody has watched the split for 0.3 s: all traffic goes back to a1');
  expect(daemon.state().apps['alone']).toMatchObject({ shares: { a1: 1 } });
});

test('one long look at it is watching, and activating ends the guard', async () => {
  await goLive(daemon, client, 'watched', ['w1', 'w2']);
  await client.route('watched', fence(), { w1: 0.5, w2: 0.5 }, { release: 'w1', afterMs: 600 });
  // Seen from within: between two calls a busy machine may take longer than the guard waits.
  await client.observations('watched', null, 900);
  expect(daemon.log()).not.toContain('watched: nobody has watched');
  await client.route('watched', fence(), { w2: 1 });
  expect((await stateOf(client, 'watched')).guard).toBe(null);
  // Another one that begins later and has gone back: the first would have, too.
  await client.route('alone', fence(), { a1: 0.5, a2: 0.5 }, { release: 'a1', afterMs: 700 });
  await isBackOn('alone', 'a1');
  expect(await sharesOf('watched')).toEqual({ w2: 1 });
});

test('the guard outlives the daemon, and its clock begins anew', async () => {
  await goLive(daemon, client, 'killed', ['k1', 'k2']);
  await client.route('killed', fence(), { k1: 0.5, k2: 0.5 }, { release: 'k1', afterMs: 3_000 });
  const { pid } = await client.info();
  kill(pid);
  await until('another daemon is there', async () => (await client.info()).pid !== pid);
  expect(await stateOf(client, 'killed')).toMatchObject({
    table: { shares: { k1: 0.5, k2: 0.5 } },
    guard: { release: 'k1', afterMs: 3_000 },
  });
  await isBackOn('killed', 'k1');
});

test('it does not go back to a release that does not run, until it does', async () => {
  await goLive(daemon, client, 'down', ['d1', 'd2']);
  await client.route('down', fence(), { d1: 0.5, d2: 0.5 }, { release: 'd1', afterMs: 300 });
  await client.stop('down', fence(), 'd1');
  await until('it is said', () => daemon.log().includes('down: traffic cannot go back to d1 yet: it does not run'));
  expect(await sharesOf('down')).toEqual({ d1: 0.5, d2: 0.5 });
  await client.start('down', fence(), await appSpec(daemon, 'd1'));
  await isBackOn('down', 'd1');
  expect(await processOf(client, 'down', 'd1')).toMatchObject({ state: 'running' });
});

test('a guard that names no release of the application is refused, and changes nothing', async () => {
  const guard = { release: 'elsewhere', afterMs: 300 };
  await expect(client.route('down', fence(), { d2: 1 }, guard)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  expect(await sharesOf('down')).toEqual({ d1: 1 });
});
