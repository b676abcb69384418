/** Schemas and data that do not fit each other: what goes live, what does not, and what comes back. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ConvexScene, createConvexScene } from './convex-scene.ts';
import { validationOf } from '../../../src/targets/convex/validation.ts';
import { problemOf } from '../../support/problem-of.ts';
import { recordBundle, type RecordedBundle } from '../../support/convex/recorded-bundle.ts';

const WITH_AGE = 'name: build.string(), age: build.number()';
const MAYBE_AGE = 'name: build.string(), age: build.optional(build.number())';

let bundle: RecordedBundle;
let scene: ConvexScene;
beforeAll(() => {
  bundle = recordBundle();
}, 180_000);
afterAll(() => bundle.remove());
beforeEach(async () => {
  scene = await createConvexScene({ install: bundle.install });
});
afterEach(() => scene.close());

test('a candidate whose schema the data refuses does not go live, and the refusal names the document', async () => {
  const one = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  const problem = await problemOf(scene.ship('two', WITH_AGE));
  expect(problem).toMatchObject({ code: 'DATA_FAILED' });
  expect(problem.message).toContain('table users');
  expect(problem.why).toMatch(/Document with ID ".*" in table "users" does not match the schema/);
  expect(await scene.version()).toBe('one');
  expect((await scene.target.live(one.ctx))?.id).toBe(one.id);
});

test('staging tells beforehand what the schema means for the data', async () => {
  await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }, { name: 'grace' }]);
  await problemOf(scene.ship('two', WITH_AGE));
  expect(scene.said).toContain('schema: users: each of 2 documents will be validated');
});

test('old functions come back on the newer schema, where the data fits the old one no more', async () => {
  const one = await scene.ship('one');
  const two = await scene.ship('two', MAYBE_AGE);
  await scene.emulator.insert('users', [{ name: 'ada', age: 36 }]);
  const back = scene.context('d-back', 'x');
  await scene.target.activate(back, { id: one.id });
  expect(await scene.version()).toBe('one');
  expect((await scene.target.live(back))?.id).toBe(one.id);
  expect(scene.said.join('\n')).toContain('so the old functions go live on the schema that is there');
  await scene.target.activate(back, { id: two.id });
  expect(await scene.version()).toBe('two');
});

test('data of before a schema change is restored through the schema of now, and fits its own release again', async () => {
  const one = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  const before = await scene.emulator.documents('users');
  const snapshot = await scene.data.snapshot(one.ctx, 's-one');
  scene.emulator.clear('users');
  const two = await scene.ship('two', WITH_AGE);
  await scene.emulator.insert('users', [{ name: 'eve', age: 1 }]);
  expect(await scene.data.writesSince(two.ctx, snapshot)).toEqual({ count: 2, unit: 'documents' });
  await scene.data.restore(two.ctx, snapshot);
  expect(await scene.emulator.documents('users')).toEqual(before);
  expect(await scene.version(), 'the functions are still those of two').toBe('two');
  await scene.target.activate(two.ctx, { id: one.id });
  expect(await scene.version()).toBe('one');
  await expect(scene.emulator.insert('users', [{ name: 1 }]), 'the old schema is in force').rejects.toThrow(/schema/);
});

test('a restore that was killed with validation off is seen, and the next one puts it in force again', async () => {
  const { ctx, id } = await scene.ship('one');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  const snapshot = await scene.data.snapshot(ctx, 's-one');
  await validationOf(scene.setup).off(ctx);
  expect((await scene.target.live(ctx))?.id, 'this is no release').toMatch(/^changed-/);
  await scene.data.restore(ctx, snapshot);
  expect((await scene.target.live(ctx))?.id).toBe(id);
  await expect(scene.emulator.insert('users', [{ name: 1 }])).rejects.toThrow(/schema/);
});

test('a table that came after the snapshot is empty after the restore', async () => {
  const { ctx } = await scene.ship('one');
  const snapshot = await scene.data.snapshot(ctx, 's-empty');
  await scene.emulator.insert('users', [{ name: 'ada' }]);
  await scene.data.restore(ctx, snapshot);
  expect(await scene.emulator.documents('users')).toEqual([]);
});

test('what other hands have pushed is seen, and is not taken for a release of ours', async () => {
  const { ctx, id } = await scene.ship('one');
  const client = await scene.setup.client();
  const { readPush } = await import('../../../src/targets/convex/kept-releases.ts');
  const kept = await readPush(scene.setup, id);
  if (!kept) throw new Error('not kept');
  const app = { ...kept.appDefinition, changedModules: kept.appDefinition.changedModules.slice(0, 1) };
  const started = await client.startPush({ ...kept, appDefinition: app }, ctx.signal);
  await client.waitForSchema(started, ctx.signal);
  await client.finishPush(started, 'by hand', ctx.signal);
  expect((await scene.target.live(ctx))?.id).toMatch(/^unmanaged-/);
  await scene.target.activate(ctx, { id });
  expect((await scene.target.live(ctx))?.id).toBe(id);
});

test('the same code is the same release, wherever it was built', async () => {
  const { id } = await scene.ship('one');
  const again = scene.context('d-again', scene.repository.git('rev-parse', 'HEAD'));
  expect((await scene.target.stage(again)).id).toBe(id);
});

test('a module that other hands have changed beside the rest is seen', async () => {
  const { ctx, id } = await scene.ship('one');
  const { readPush } = await import('../../../src/targets/convex/kept-releases.ts');
  const kept = await readPush(scene.setup, id);
  if (!kept) throw new Error('not kept');
  const client = await scene.setup.client();
  const changed = kept.appDefinition.changedModules.map((one) =>
    one.path === 'shop.js' ? { ...one, source: one.source.replace("'one'", "'two'").replace('"one"', '"two"') } : one,
  );
  const request = { ...kept, appDefinition: { ...kept.appDefinition, changedModules: changed } };
  const started = await client.startPush(request, ctx.signal);
  await client.waitForSchema(started, ctx.signal);
  await client.finishPush(started, 'by hand', ctx.signal);
  expect(await scene.target.live(ctx)).toMatchObject({
    id: expect.stringMatching(/^changed-/) as string,
    differs: 'shop.js',
  });
});

test('an answer that is lost after the push leaves it undecided, and a look tells', async () => {
  const { ctx } = await scene.ship('one');
  scene.emulator.inject({ on: 'POST /api/deploy2/finish_push', kind: 'lost-answer' });
  const problem = await problemOf(scene.ship('two'));
  expect(problem).toMatchObject({ code: 'TARGET_UNREACHABLE', unknown: true });
  const staged = await scene.target.find(scene.context('d-two', 'x'));
  expect((await scene.target.live(ctx))?.id).toBe(staged?.id);
});

test('a push of somebody else in the middle of ours is a reason to stop', async () => {
  await scene.ship('one');
  scene.emulator.scenario.waitForSchema = 'raceDetected';
  const problem = await problemOf(scene.ship('two'));
  expect(problem.message).toContain('overwritten by another push');
  expect(await scene.version()).toBe('one');
});

test('functions that were built with another schema than their release says are unhealthy', async () => {
  const { ctx, id } = await scene.ship('one');
  expect((await scene.target.live(ctx))?.['schemaVersion']).toMatch(/^[0-9a-f]{16}$/);
  const { keepRelease, readPush } = await import('../../../src/targets/convex/kept-releases.ts');
  const { marked } = await import('../../../src/platforms/convex/push-request.ts');
  const kept = await readPush(scene.setup, id);
  const shop = kept?.appDefinition.changedModules.find(({ path }) => path === 'shop.js');
  if (!kept || !shop) throw new Error('not kept');
  // The application tells `one`, where its release was built with `two`.
  const system = { ...shop, path: 'system.js', source: shop.source.replaceAll(/\bversion\b/g, 'getSchemaVersion') };
  const modules = [...kept.appDefinition.changedModules, system];
  const release = marked({ ...kept, appDefinition: { ...kept.appDefinition, changedModules: modules } });
  const record = { id: release.id, deployments: ['d-x'], commit: 'x', stagedAt: '2026-01-01', schema: null };
  await keepRelease(scene.setup, { ...record, schemaVersion: 'two' }, release.request);
  await scene.target.activate(ctx, { id: release.id });
  const live = await scene.target.live(ctx);
  expect(live && (await scene.target.probe(ctx, live))).toMatchObject({
    healthy: false,
    reason: expect.stringContaining('schema version mismatch: system:getSchemaVersion tells one') as string,
    schema: { expected: 'two', saw: 'one', check: 'system:getSchemaVersion' },
  });
  expect(await scene.target.probe(ctx, { ...live, id: release.id, schemaVersion: 'one' })).toMatchObject({
    healthy: true,
  });
});
