/** Going back over a release that may have changed data: counted, asked for, and never from a damaged snapshot. */
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SnapshotRow } from '../../../src/core/views.ts';
import { createMigratingShop, type MigratingShop } from '../../support/migrating-shop.ts';
import { readEvents } from '../../support/recorded.ts';

const shops: MigratingShop[] = [];
afterEach(async () => {
  await Promise.all(shops.splice(0).map((shop) => shop.dispose()));
});

interface Migrated {
  readonly shop: MigratingShop;
  /** The data when version two came. */
  readonly before: Record<string, string>;
  /** Taken right before version two. */
  readonly snapshot: string;
}

/** Version two is live, has migrated, and has taken three orders. */
async function migratedShop(): Promise<Migrated> {
  const shop = await createMigratingShop();
  shops.push(shop);
  expect((await shop.run('deploy')).code).toBe(0);
  const before = shop.bytes();
  shop.migrate('two', 'well');
  const second = await shop.run('deploy');
  expect(second.code, second.stderr).toBe(0);
  for (let order = 0; order < 3; order++) await shop.order();
  const { snapshots } = await shop.json<{ snapshots: SnapshotRow[] }>('snapshot', 'list');
  return { shop, before, snapshot: snapshots[0]?.id ?? 'none' };
}

test('asked for, with the count; then the data goes back with the code, or stays with it', async () => {
  const { shop, before, snapshot } = await migratedShop();
  const asked = await shop.run('rollback');
  expect(asked.code, asked.stderr).toBe(3);
  const writes =
    /web: (\d+) row changes? since snapshot/.exec(asked.stderr)?.[1] ?? /web: (\d+) \w+/.exec(asked.stderr)?.[1];
  expect(Number(writes), asked.stderr).toBeGreaterThanOrEqual(3);
  expect(asked.stderr).toContain(`since snapshot ${snapshot}`);
  expect(asked.stderr).toContain(`--restore-data --lose-writes ${writes}`);
  expect(asked.stderr).toContain('--keep-data');
  expect(await shop.version()).toBe('two');

  const tooFew = await shop.run('rollback', '--restore-data', '--lose-writes', String(Number(writes) - 1));
  expect(tooFew.code).toBe(3);
  const migrated = shop.bytes();
  const restored = await shop.run('rollback', '--restore-data', '--lose-writes', String(writes));
  expect(restored.code, restored.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
  expect(shop.bytes()).toEqual(before);

  // What was overwritten has a snapshot of its own: the way back to version two and its orders.
  const { snapshots } = await shop.json<{ snapshots: SnapshotRow[] }>('snapshot', 'list');
  const taken = snapshots[0]?.id ?? 'none';
  expect(taken).not.toBe(snapshot);
  const undone = await shop.run('snapshot', 'restore', taken, '--lose-writes', '100000');
  expect(undone.code, undone.stderr).toBe(0);
  expect(shop.bytes()).toEqual(migrated);
});

test('kept: the old code runs on the data as it is', async () => {
  const { shop } = await migratedShop();
  const migrated = shop.bytes();
  const kept = await shop.run('rollback', '--keep-data');
  expect(kept.code, kept.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
  expect(shop.bytes()).toEqual(migrated);
});

test('a snapshot that was damaged on disk is never put back: it needs a person, and the live data is untouched', async () => {
  const { shop, snapshot } = await migratedShop();
  const root = join(shop.folder, '.belay/snapshots/production/web', snapshot, 'data');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) appendFileSync(join(entry.parentPath, entry.name), 'rot');
  }
  const migrated = shop.bytes();
  const events = (await readEvents(shop)).length;
  for (const args of [
    ['rollback', '--restore-data', '--lose-writes', '100000'],
    ['snapshot', 'restore', snapshot, '--lose-writes', '100000'],
    ['snapshot', 'verify', snapshot],
  ]) {
    const refused = await shop.run(...args);
    expect(refused.code, `${args.join(' ')}: ${refused.stderr}`).toBe(6);
    expect(refused.stderr).toContain(snapshot);
  }
  expect(shop.bytes()).toEqual(migrated);
  expect(await shop.version()).toBe('two');
  expect(await readEvents(shop)).toHaveLength(events);
});
