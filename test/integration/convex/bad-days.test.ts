/** Keys that do not fit, exports that do not come, answers that fail: each a clear sentence, and nothing lost. */
import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createConvexClient } from '../../../src/platforms/convex/client.ts';
import { addressOf } from '../../../src/platforms/convex/deployment.ts';
import { createConvexTarget } from '../../../src/targets/convex/convex.ts';
import { type ConvexScene, createConvexScene } from './convex-scene.ts';
import { problemOf } from '../../support/problem-of.ts';
import { recordBundle, type RecordedBundle } from '../../support/convex/recorded-bundle.ts';
import { app } from '../../support/convex/shop-app.ts';

let bundle: RecordedBundle;
let scene: ConvexScene;
beforeAll(() => {
  bundle = recordBundle();
}, 120_000);
afterAll(() => bundle.remove());
beforeEach(async () => {
  scene = await createConvexScene({ install: bundle.install });
});
afterEach(() => scene.close());

test('a wrong key is told as one, without the key', async () => {
  const { ctx } = await scene.ship('one');
  const client = createConvexClient({ url: scene.emulator.url, adminKey: 'emulated-otter-123|stolen' });
  const target = createConvexTarget({ ...scene.setup, client: async () => client });
  const problem = await problemOf(target.live(ctx));
  expect(problem).toMatchObject({
    code: 'TARGET_UNREACHABLE',
    next: expect.stringContaining('belay doctor') as string,
  });
  expect(JSON.stringify([problem.message, problem.why, problem.details, problem.stack])).not.toContain('stolen');
});

test('a key of a whole project is refused before anybody is asked', async () => {
  const access = { deployKey: 'preview:team:project|secret', provision: 'http://127.0.0.1:1' };
  expect(await problemOf(addressOf(access))).toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a deployment that is away is told as unreachable', async () => {
  const { ctx } = await scene.ship('one');
  const client = createConvexClient({ url: 'http://127.0.0.1:1', adminKey: 'x' });
  const target = createConvexTarget({ ...scene.setup, client: async () => client });
  expect(await problemOf(target.live(ctx))).toMatchObject({ code: 'TARGET_UNREACHABLE', retry: 'later' });
  expect(await target.probe(ctx, { id: 'x' })).toMatchObject({ healthy: false });
});

test('a project without the convex package is told what to install', async () => {
  const target = createConvexTarget({ ...scene.setup, options: { ...scene.setup.options, install: 'true' } });
  const ctx = scene.context('d-x', scene.repository.commit(app('x')));
  const problem = await problemOf(target.stage(ctx));
  expect(problem).toMatchObject({
    code: 'TOOL_MISSING',
    next: expect.stringContaining('npm install convex') as string,
  });
});

test('too many requests are answered by patience', async () => {
  scene.emulator.inject({
    on: 'POST /api/deploy2/start_push',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '1' },
    body: { code: 'RateLimited', message: 'slow down' },
  });
  await scene.ship('one');
  expect(await scene.version()).toBe('one');
});

test('an export that somebody else runs is not taken for ours', async () => {
  const { ctx } = await scene.ship('one');
  scene.emulator.scenario.exportStuck = true;
  const other = new AbortController();
  const stuck = scene.data.snapshot({ ...ctx, signal: other.signal }, 's-stuck').catch(() => null);
  await expect
    .poll(() => scene.emulator.requests.some(({ path }) => path.startsWith('/api/export/request')))
    .toBe(true);
  expect((await problemOf(scene.data.snapshot(ctx, 's-mine'))).message).toContain('Another export');
  other.abort();
  await stuck;
  expect(await scene.data.find(ctx, 's-stuck'), 'nothing half is left').toBeNull();
});

test('an archive that arrives cut off is no snapshot', async () => {
  const { ctx } = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  scene.emulator.scenario.truncatedZip = true;
  expect(await problemOf(scene.data.snapshot(ctx, 's-cut'))).toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  expect(await scene.data.find(ctx, 's-cut')).toBeNull();
});

test('an import that fails leaves the data as it was', async () => {
  const { ctx } = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  const snapshot = await scene.data.snapshot(ctx, 's-one');
  await scene.emulator.insert('users', [{ name: 'eve' }]);
  const before = await scene.emulator.documents('users');
  scene.emulator.scenario.importFails = 'ImportForeignKey: table numbers have shifted';
  expect(await problemOf(scene.data.restore(ctx, snapshot))).toMatchObject({ code: 'DATA_FAILED' });
  expect(await scene.emulator.documents('users')).toEqual(before);
});

test.each([
  ['cut off', (file: string) => truncateSync(file, 100)],
  ['longer', (file: string) => appendFileSync(file, 'x')],
])('an archive that is %s is found before anything is touched', async (_how, damage) => {
  const { ctx } = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  const snapshot = await scene.data.snapshot(ctx, 's-one');
  damage(join(snapshot.path, 'data/snapshot.zip'));
  const before = scene.emulator.requests.length;
  expect(await problemOf(scene.data.restore(ctx, snapshot))).toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  expect(scene.emulator.requests.length).toBe(before);
});
