/** How production moves: promotion, instant rollback, and whatever can come between. */
import { afterEach, expect, test } from 'vitest';
import { type Bench, createBench } from './setup.ts';

let bench: Bench;
afterEach(() => bench.close());

async function twoReleases(options: Parameters<typeof createBench>[0] = {}) {
  bench = await createBench(options);
  const target = bench.target();
  const one = await bench.deploy(target, bench.context('first'));
  const two = await bench.deploy(target, bench.context('second'));
  return { target, one, two };
}

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (reason: unknown) => reason,
  );
const asked = (what: RegExp) =>
  bench.vercel.requests.filter(({ method, path }) => what.test(`${method} ${path}`)).length;

test('forward is a promotion without a build, back is an instant rollback', async () => {
  const { target, one } = await twoReleases();
  expect(await bench.visit()).toBe('page of second');
  expect(asked(/POST .*\/promote\//)).toBe(2);
  bench.said.length = 0;
  await target.activate(bench.context('second'), one);
  expect(await bench.visit()).toBe('page of first');
  expect(asked(/POST .*\/rollback\//)).toBe(1);
  expect(bench.said).toContain(
    'does not come back: variables as they are set in the project now; a redeploy takes those',
  );
});

test('going back takes at most six calls, looks included, and under two seconds at 50 ms a call', async () => {
  const { target, one, two } = await twoReleases({ jobMs: 40 });
  bench.vercel.latencyMs = 50;
  const ctx = bench.context('second');
  bench.requests();
  const started = performance.now();
  // What the core does: prove the old release healthy, move, read back.
  expect(await target.probe(ctx, one)).toMatchObject({ healthy: true });
  await target.activate(ctx, one);
  expect(await target.live(ctx)).toEqual(one);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(bench.requests().length).toBeLessThanOrEqual(6);
  expect(two.id).not.toBe(one.id);
});

test.for(['promote', 'rollback'] as const)(
  'an answer to %s that is lost after the effect is seen to have taken',
  async (kind) => {
    const { target, one } = await twoReleases();
    const ctx = bench.context('third');
    const release = kind === 'rollback' ? one : await target.stage(ctx);
    const before = asked(new RegExp(`POST .*/${kind}/`));
    bench.vercel.inject({ on: new RegExp(`POST .*/${kind}/`), kind: 'lost-answer' });
    await target.activate(ctx, release);
    expect(await target.live(ctx)).toEqual(release);
    expect(asked(new RegExp(`POST .*/${kind}/`)) - before, 'asked again, which changed nothing').toBe(2);
  },
);

test('a promotion that Vercel cannot carry out is told, and production stays', async () => {
  const { target, two } = await twoReleases();
  const three = await target.stage(bench.context('third'));
  bench.vercel.scenario.promoteFails = true;
  expect(await caught(target.activate(bench.context('third'), three))).toMatchObject({
    code: 'TARGET_FAILED',
    message: `Vercel could not move production to ${three.id}`,
    retry: 'after-change',
  });
  expect(await target.live(bench.context('third'))).toEqual(two);
});

test('a promotion that hangs is waited for until the step is over', async () => {
  const { target } = await twoReleases();
  const three = await target.stage(bench.context('third'));
  bench.vercel.scenario.promoteStuck = true;
  const signal = AbortSignal.timeout(400);
  expect(await caught(target.activate(bench.context('third', { signal }), three))).toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('going back while the promotion of a process that died is still under way waits for it', async () => {
  const { target, two } = await twoReleases({ jobMs: 600 });
  const three = await target.stage(bench.context('third'));
  const stop = new AbortController();
  const died = caught(target.activate(bench.context('third', { signal: stop.signal }), three));
  const before = asked(/POST .*\/promote\//);
  await expect.poll(() => asked(/POST .*\/promote\//), { interval: 5 }).toBe(before + 1);
  stop.abort();
  await died;
  await target.activate(bench.context('third'), two);
  expect(await target.live(bench.context('third'))).toEqual(two);
  expect(bench.said).toContain(`waiting for the promote to ${three.id} to end`);
});

test('a domain that belongs elsewhere is told with what Vercel says of it', async () => {
  const { target } = await twoReleases();
  const three = await target.stage(bench.context('third'));
  const body = { error: { code: 'domain_conflict', message: 'shop.example.com is used by another project' } };
  bench.vercel.inject({ on: /POST .*\/promote\//, kind: 'status', status: 409, body });
  expect(await caught(target.activate(bench.context('third'), three))).toMatchObject({
    code: 'TARGET_FAILED',
    message: `Vercel did not move production to ${three.id}`,
    why: 'shop.example.com is used by another project',
  });
});

test('somebody who promotes by hand meanwhile is noticed, and said', async () => {
  const { target, one } = await twoReleases();
  const ctx = bench.context('third');
  const three = await target.stage(ctx);
  const promotions = asked(/POST .*\/promote\//);
  const activated = caught(target.activate(ctx, three));
  await expect.poll(() => asked(/POST .*\/promote\//), { interval: 5 }).toBe(promotions + 1);
  bench.vercel.inject({ on: /GET \/v9\/projects\/shop/, kind: 'delay', ms: 700 });
  await expect
    .poll(
      () =>
        bench.api('POST', `/v1/projects/shop/rollback/${one.id}`, {}).then(
          () => true,
          () => false,
        ),
      { interval: 20 },
    )
    .toBe(true);
  expect(await activated).toMatchObject({
    code: 'TARGET_FAILED',
    message: `Somebody else moved production while it was to go to ${three.id}`,
    live: one.id,
  });
});

test('a rolling release that somebody has started stops a promotion before it begins', async () => {
  const { target, two } = await twoReleases();
  const ctx = bench.context('third');
  const [three, four] = [await target.stage(ctx), await target.stage(bench.context('fourth'))];
  const stages = [{ targetPercentage: 10 }, { targetPercentage: 100 }];
  const config = { enabled: true, advancementType: 'manual-approval', stages };
  await bench.api('PATCH', `/v1/projects/${bench.project.id}/rolling-release/config`, config);
  await bench.api('POST', `/v1/projects/${bench.project.id}/rolling-release/start`, { canaryDeploymentId: four.id });
  expect(await caught(target.activate(ctx, three))).toMatchObject({
    message: 'A rolling release that is not of this deployment is active on Vercel',
    why: `it moves production from ${two.id} to ${four.id}; somebody else has started it`,
  });
  expect(bench.vercel.production('shop')).toEqual({ live: two.id, canary: { id: four.id, percentage: 10 } });
});

test('in a project that rolls out slowly by itself, activating still means everybody', async () => {
  const { target } = await twoReleases();
  const stages = [{ targetPercentage: 10, duration: 60 }, { targetPercentage: 100 }];
  const config = { enabled: true, advancementType: 'automatic', stages };
  await bench.api('PATCH', `/v1/projects/${bench.project.id}/rolling-release/config`, config);
  const ctx = bench.context('third');
  const three = await bench.deploy(target, ctx);
  expect(bench.vercel.production('shop')).toEqual({ live: three.id });
});

test('back from a first release is a paused project, and the next one is served again', async () => {
  bench = await createBench();
  const target = bench.target();
  const one = await bench.deploy(target, bench.context('first'));
  await target.activate(bench.context('first'), null);
  expect((await fetch(bench.project.productionUrl)).status).toBe(503);
  expect(await target.live(bench.context('first'))).toBeNull();
  await target.discard(bench.context('first'), one);
  expect(await target.find(bench.context('first'))).toBeNull();
  await bench.deploy(target, bench.context('second'));
  expect(await bench.visit()).toBe('page of second');
});

test('what was live stays on Vercel for the pages that are still open, and is no leftover', async () => {
  const { target, one, two } = await twoReleases();
  const ctx = bench.context('second');
  await target.activate(ctx, one);
  await target.discard(ctx, two);
  expect(bench.vercel.deployment(two.id)?.readyState).toBe('READY');
  expect(await target.find(ctx)).toBeNull();
  expect(bench.said).toContain(`${two.id} stays on Vercel: it was live, and pages of it may still be open`);
});

test('a release that was deleted on Vercel is told as gone', async () => {
  const { target, one } = await twoReleases();
  const ctx = bench.context('second');
  await bench.api('DELETE', `/v13/deployments/${one.id}`);
  expect(await target.kept?.(ctx, one)).toBe(false);
  expect(await target.probe(ctx, one)).toEqual({
    healthy: false,
    final: true,
    reason: `${one.id} is gone from Vercel`,
  });
});

test('on Hobby, going back further than one release is refused with the reason before anything happens', async () => {
  const { target, one, two } = await twoReleases({ plan: 'hobby' });
  const ctx = bench.context('third');
  const three = await bench.deploy(target, ctx);
  expect(await target.kept?.(ctx, three)).toBe(true);
  expect(await target.kept?.(ctx, two)).toBe(true);
  expect(await caught(Promise.resolve(target.kept?.(ctx, one)))).toMatchObject({
    message: `Vercel does not roll back to ${one.id}`,
    why: `it offers ${two.id}; the Hobby plan goes back to the previous one only`,
  });
  expect(await caught(target.activate(ctx, one))).toMatchObject({
    message: `The Vercel plan does not allow it: it did not roll back to ${one.id}`,
  });
  expect(await target.live(ctx)).toEqual(three);
});
