/** Snapshots that are kept for a time: told when they are taken, gone after the next commit, but never the way back. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deploy } from '../../../src/core/deploy.ts';
import type { Environment } from '../../../src/core/runtime.ts';
import { createSnapshot, listSnapshots, pruneSnapshots } from '../../../src/core/snapshots.ts';
import { createDirectoryData } from '../../../src/databases/directory.ts';
import { expiring } from '../../../src/databases/expiring.ts';
import { DEPLOY, type Engine, memoryTarget, openEngine } from './engine.ts';

const MONTH_MS = 30 * 86_400_000;

let engine: Engine;
let folder: string;
beforeEach(async () => {
  engine = await openEngine();
  folder = mkdtempSync(join(tmpdir(), 'belay-expiry-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'orders'), 'one');
});
afterEach(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the environment, with snapshots that are kept for this time */
function shop(): (expireMs: number | null) => Environment {
  const target = memoryTarget();
  return (expireMs) => {
    const places = { path: join(folder, 'data'), snapshots: join(folder, 'snapshots') };
    const data = expiring(createDirectoryData({ what: 'orders', ...places }), expireMs);
    return engine.environment({ shop: { ...target, data } });
  };
}

const kept = async () =>
  (await listSnapshots(engine.runtime, 'production')).filter(({ prunedAt }) => prunedAt === null);
const ship = (environment: Environment, commit: string) =>
  deploy(engine.runtime, environment, { ...DEPLOY, source: { commit } });

test('when it expires is on record; after a commit what has expired is gone, and what was taken before the live release stays', async () => {
  const of = shop();
  await ship(of(MONTH_MS), 'one');
  const [month] = await kept();
  const { expiresAt = '' } = (month?.facts ?? {}) as { expiresAt?: string };
  expect(Math.abs(Date.parse(expiresAt) - Date.parse(month?.at ?? '') - MONTH_MS)).toBeLessThan(60_000);

  await ship(of(1), 'two');
  await ship(of(1), 'three');
  // What was taken for a month stays; what was taken before `two` went when `three` was live.
  const after = await kept();
  expect(after.map(({ deployment }) => deployment)).toHaveLength(2);
  expect(after.at(-1)?.id).toBe(month?.id);
  const before = after[0]?.id ?? '';
  const pruned = await engine.runtime.store.read({ environment: 'production', kinds: ['snapshot.pruned'] });
  expect(pruned).toHaveLength(1);
  expect(
    existsSync(join(folder, 'snapshots', (pruned[0]?.data as { snapshot: string } | undefined)?.snapshot ?? '')),
  ).toBe(false);

  const environment = of(1);
  const first = await createSnapshot(engine.runtime, environment, 'shop');
  const second = await createSnapshot(engine.runtime, environment, 'shop');
  expect(await pruneSnapshots(engine.runtime, environment, 50), 'expired, whatever is to be kept').toEqual([first.id]);
  expect(await pruneSnapshots(engine.runtime, environment, 1), 'more than are to be kept').toEqual([month?.id]);
  expect((await kept()).map(({ id }) => id)).toEqual([second.id, before]);
  expect(existsSync(join(folder, 'snapshots', before)), 'the way back from what is live').toBe(true);
});

test('without a time none goes by itself', async () => {
  const of = shop();
  for (const commit of ['one', 'two', 'three']) await ship(of(null), commit);
  expect(await kept()).toHaveLength(3);
});
