/** New versions that migrate data when they start, and fail: the data is as before, or it is not called rolled back. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createMigratingShop, type MigratingOptions, type MigratingShop } from '../../support/migrating-shop.ts';
import { readEvents, readRecord } from '../../support/recorded.ts';
import { lost, startTraffic } from '../../support/traffic.ts';

const shops: MigratingShop[] = [];
const mounts: string[] = [];
afterEach(async () => {
  await Promise.all(
    shops.splice(0).map(async (shop) => {
      await shop.run('daemon', 'stop');
      for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount]);
      await shop.dispose();
    }),
  );
});

async function liveShop(options?: MigratingOptions): Promise<MigratingShop> {
  const shop = await createMigratingShop(options);
  shops.push(shop);
  const first = await shop.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  return shop;
}

for (const kind of ['sqlite', 'directory'] as const) {
  test(`G7, ${kind}: a migration fails half-way: data byte for byte as before, and nobody noticed`, async () => {
    const shop = await liveShop({ kind });
    const before = shop.bytes();
    shop.migrate('two', 'fails');
    const traffic = startTraffic(shop.port);
    const failed = await shop.run('deploy');
    const answers = await traffic.stop();
    expect(failed.code, failed.stderr).toBe(5);
    expect(failed.stderr).toContain('order 4711 has no size');
    expect(failed.stderr).toMatch(/the data was put back from s-|the data is as it was/);
    expect(shop.bytes()).toEqual(before);
    expect(new Set(answers.map((one) => one.version))).toEqual(new Set(['one']));
    expect(lost(answers)).toEqual([]);
    expect(await shop.version()).toBe('one');
  });
}

test('G7: beside the running release, a schema that the failed one changed is never called rolled back', async () => {
  const shop = await liveShop({ strategy: 'all-at-once' });
  shop.migrate('two', 'fails');
  const failed = await shop.run('deploy');
  expect(failed.code, failed.stderr).toBe(6);
  expect(failed.stderr).toContain('changed the schema of');
  expect((await readRecord(shop)).deployments[0]?.outcome).toBe('stuck');
  // Whoever is served goes on being served, by the release that ran before.
  expect(await shop.version()).toBe('one');
  const status = await shop.run('status');
  expect(status.code).toBe(6);
  const events = await readEvents(shop);
  expect(events.filter((event) => event.kind === 'deployment.rolled-back')).toEqual([]);
});

const MAY_MOUNT =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

test.skipIf(!MAY_MOUNT)(
  'no room for the snapshot: refused before anything (needs root and the right to mount)',
  async () => {
    const shop = await createMigratingShop({ kind: 'directory' });
    shops.push(shop);
    const folder = join(shop.folder, '.belay');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=700', 'tmpfs', folder]);
    mounts.push(folder);
    const first = await shop.run('deploy');
    expect(first.code, first.stderr).toBe(0);
    writeFileSync(join(shop.data, 'films'), '');
    truncateSync(join(shop.data, 'films'), 600_000_000);
    shop.migrate('two', 'well');
    const refused = await shop.run('deploy');
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toContain('There is no room for the snapshot of web');
    expect(refused.stderr).toContain('belay snapshot prune');
    expect(await shop.version()).toBe('one');
    expect(
      (await readEvents(shop)).filter((event) => event.kind === 'step.intended').map((event) => event.deployment),
    ).not.toContain((await readRecord(shop)).deployments[0]?.id);
  },
);
