/** Only the holder of the newest lock changes anything (guarantee 1). */
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

test('a lower token changes nothing, whatever it asks', async () => {
  await goLive(daemon, client, 'shop', ['r1']);
  await client.resume('shop', fence(5));
  const old = fence(4);
  const before = await stateOf(client, 'shop');
  const attempts = [
    client.route('shop', old, {}),
    client.hold('shop', old, 1_000),
    client.resume('shop', old),
    client.start('shop', old, await appSpec(daemon, 'late')),
    client.stop('shop', old, 'r1'),
    client.forget('shop', old, 'r1'),
    client.listen('shop', old, { host: '127.0.0.1', port: 1 }),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'FENCED', exitCode: 75 });
  const after = await stateOf(client, 'shop');
  expect([after.table, after.token, after.processes.length]).toEqual([before.table, 5, before.processes.length]);
});

test('the same token with another nonce means that the store went back', async () => {
  await client.hold('nonce', fence(3, 'first'), 1_000);
  await expect(client.resume('nonce', fence(3, 'second'))).rejects.toMatchObject({ code: 'STORE_WENT_BACK' });
});

test('another environment cannot touch the application', async () => {
  await client.resume('owned', fence(1));
  const other = { ...fence(9), environment: 'staging' };
  await expect(client.resume('owned', other)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
});

test('a stop that was overtaken while it drained leaves the release running', async () => {
  const url = await goLive(daemon, client, 'overtaken', ['o1']);
  const slow = fetch(`${url}/slow?ms=600`);
  await until('it is on its way', async () => (await stateOf(client, 'overtaken')).stats[0]?.inFlight === 1);
  const stop = client.stop('overtaken', fence(1), 'o1');
  const refused = expect(stop).rejects.toMatchObject({ code: 'FENCED' });
  await until('it drains', async () => (await processOf(client, 'overtaken', 'o1')).state === 'stopping');
  await client.route('overtaken', fence(2), { o1: 1 });
  expect(await (await slow).text()).toBe('o1');
  await refused;
  expect((await processOf(client, 'overtaken', 'o1')).state).toBe('running');
});

test('the token is remembered over the death of the daemon', async () => {
  await client.resume('kept', fence(7));
  const { pid } = await client.info();
  kill(pid);
  await until('another daemon serves', async () => (await client.info()).pid !== pid);
  await expect(client.resume('kept', fence(6))).rejects.toMatchObject({ code: 'FENCED' });
  await client.resume('kept', fence(7));
});
