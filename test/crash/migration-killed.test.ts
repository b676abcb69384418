/** kill -9 in the middle of a migration: the data is byte for byte as before, and no user met the new version. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { killHard } from '../support/processes.ts';
import { type DataKind, createMigratingShop, type MigratingShop } from '../support/migrating-shop.ts';
import { untilStepBegins } from '../support/recorded.ts';
import { lost, startTraffic } from '../support/traffic.ts';
import { until } from '../support/until.ts';
import { expectOneTruth } from './shop-truth.ts';

/** Into the migration, which takes 3 s. */
const INSTANTS_MS = (process.env.BELAY_MIGRATION_INSTANTS ?? '1300').split(',').map(Number);

let shop: MigratingShop | undefined;
afterEach(() => shop?.dispose());

async function liveShop(kind: DataKind): Promise<MigratingShop> {
  shop = await createMigratingShop({ kind });
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  return shop;
}

/** Deploys a version with a long migration, kills what it is told to in the middle of it, and recovers. */
async function crash(live: MigratingShop, round: number, afterMs: number, victims: () => Promise<readonly number[]>) {
  const before = live.bytes();
  live.migrate(`r${round}`, 'slow');
  const others = await victims();
  const deploying = live.start(['deploy']);
  await untilStepBegins(live, 'start:web', round + 1);
  const unchanged = JSON.stringify(before);
  await until('the migration writes', () => {
    try {
      return JSON.stringify(live.bytes()) !== unchanged;
    } catch {
      // A file that was listed is gone: somebody writes.
      return true;
    }
  });
  await delay(afterMs);
  for (const pid of [...others, deploying.pid]) killHard(pid);
  await deploying.ended;
  const context = `killed ${afterMs} ms into the migration`;
  const recovered = await live.run('recover');
  expect(recovered.code, `${context}: ${recovered.stderr}`).toBe(5);
  expect(live.bytes(), context).toEqual(before);
  await expectOneTruth(live, context);
  expect(await live.version(), context).toBe('one');
}

for (const kind of ['sqlite', 'directory'] as const) {
  test(`G7, ${kind}: the command is killed at several instants: held requests are answered by the old release, none is lost`, async () => {
    const live = await liveShop(kind);
    const traffic = startTraffic(live.port);
    for (const [index, afterMs] of INSTANTS_MS.entries()) await crash(live, index + 1, afterMs, async () => []);
    const answers = await traffic.stop();
    expect(new Set(answers.map((one) => one.version))).toEqual(new Set(['one']));
    expect(lost(answers)).toEqual([]);
  });
}

test('G7: command and daemon are killed: the data is as before all the same, and only the old release answers', async () => {
  const live = await liveShop('sqlite');
  const traffic = startTraffic(live.port);
  const daemon = async () => [(await live.json<{ pid: number }>('daemon', 'status')).pid];
  await crash(live, 1, 1_000, daemon);
  const answers = await traffic.stop();
  expect(new Set(answers.map((one) => one.version ?? 'one'))).toEqual(new Set(['one']));
  expect(answers.at(-1)?.version).toBe('one');
});
