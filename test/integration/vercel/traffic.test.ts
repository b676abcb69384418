/** A canary on Vercel: by a rolling release, or by a share that a middleware reads. */
import { afterEach, expect, test } from 'vitest';
import type { EdgeItem } from '../../../src/targets/vercel/edge-split.ts';
import { type Bench, createBench } from './setup.ts';

let bench: Bench;
afterEach(() => bench.close());

const caught = (work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(work).then(
    () => null,
    (reason: unknown) => reason,
  );

async function stableAndCandidate(options: Parameters<typeof createBench>[0] = {}, stages = [0.05, 0.25, 0.5]) {
  bench = await createBench(options);
  const target = bench.target({ stages });
  const stable = await bench.deploy(target, bench.context('first'));
  const ctx = bench.context('second');
  const candidate = await target.stage(ctx);
  if (!target.traffic) throw new Error('no traffic');
  const shares = (share: number) => ({ [stable.id]: 1 - share, [candidate.id]: share });
  return { target, stable, candidate, ctx, shares, traffic: target.traffic };
}

const config = () => bench.api<{ rollingRelease: unknown }>('GET', '/v1/projects/shop/rolling-release/config');
/** Of this many visitors, how many get the page of the second deployment. */
async function visitors(count: number): Promise<number> {
  const pages = await Promise.all(Array.from({ length: count }, () => bench.visit()));
  return pages.filter((page) => page === 'page of second').length;
}

test('each stage gives the candidate its share of the visitors, and the last one all', async () => {
  const { target, stable, candidate, ctx, shares, traffic } = await stableAndCandidate();
  await traffic.split(ctx, shares(0.05));
  expect(await traffic.shares(ctx)).toEqual({ [stable.id]: 0.95, [candidate.id]: 0.05 });
  expect(await target.live(ctx)).toMatchObject({ id: stable.id });
  await traffic.split(ctx, shares(0.5));
  expect(await target.live(ctx), 'from half of the traffic on').toMatchObject({ id: candidate.id });
  const seen = await visitors(200);
  expect(seen).toBeGreaterThan(50);
  expect(seen).toBeLessThan(150);
  await target.activate(ctx, candidate);
  expect(await traffic.shares(ctx)).toEqual({ [candidate.id]: 1 });
  expect(await visitors(20)).toBe(20);
});

test('asking for the share that is in force changes nothing', async () => {
  const { ctx, shares, traffic } = await stableAndCandidate();
  await traffic.split(ctx, shares(0.25));
  bench.requests();
  await traffic.split(ctx, shares(0.25));
  expect(bench.requests().filter((one) => !one.startsWith('GET'))).toEqual([]);
});

test('back is back for everybody at once, and the stages of the project are its own again', async () => {
  const { target, stable, candidate, ctx, shares, traffic } = await stableAndCandidate();
  const before = await config();
  await traffic.split(ctx, shares(0.5));
  expect(await config()).not.toEqual(before);
  await traffic.split(ctx, { [stable.id]: 1, [candidate.id]: 0 });
  expect(await visitors(20)).toBe(0);
  expect(await traffic.shares(ctx)).toEqual({ [stable.id]: 1 });
  expect(await config()).toEqual(before);
  await target.discard(ctx, candidate);
  expect(await target.find(ctx)).toBeNull();
});

test('answers to start, approve and complete that are lost after the effect are seen to have taken', async () => {
  const { target, candidate, ctx, shares, traffic } = await stableAndCandidate();
  for (const verb of ['start', 'approve-stage', 'complete']) {
    bench.vercel.inject({ on: new RegExp(`POST .*/rolling-release/${verb}`), kind: 'lost-answer' });
  }
  await traffic.split(ctx, shares(0.05));
  await traffic.split(ctx, shares(0.25));
  expect(await traffic.shares(ctx)).toMatchObject({ [candidate.id]: 0.25 });
  await target.activate(ctx, candidate);
  expect(bench.vercel.production('shop')).toEqual({ live: candidate.id });
});

test('a share that is no stage of the active release, or an earlier one, is refused', async () => {
  const { candidate, ctx, shares, traffic } = await stableAndCandidate();
  await traffic.split(ctx, shares(0.25));
  const noStage = (share: string) => ({ message: `The rolling release has no stage of ${share} to go to` });
  expect(await caught(traffic.split(ctx, shares(0.3)))).toMatchObject(noStage('30 %'));
  expect(await caught(traffic.split(ctx, shares(0.05)))).toMatchObject(noStage('5 %'));
  expect(bench.vercel.production('shop').canary?.id).toBe(candidate.id);
});

test('a rolling release that is active already is not taken over', async () => {
  const { target, ctx, shares, traffic } = await stableAndCandidate();
  const other = await target.stage(bench.context('third'));
  const stages = [{ targetPercentage: 10 }, { targetPercentage: 100 }];
  await bench.api('PATCH', '/v1/projects/shop/rolling-release/config', {
    enabled: true,
    advancementType: 'manual-approval',
    stages,
  });
  await bench.api('POST', '/v1/projects/shop/rolling-release/start', { canaryDeploymentId: other.id });
  const message = 'A rolling release that is not of this deployment is active on Vercel';
  expect(await caught(traffic.ready?.(ctx))).toMatchObject({ message });
  expect(await caught(traffic.split(ctx, shares(0.05)))).toMatchObject({ message });
  expect(bench.vercel.production('shop').canary).toEqual({ id: other.id, percentage: 10 });
});

test('a plan without rolling releases, or without a slot for one, is told before anything changes', async () => {
  const { ctx, shares, traffic } = await stableAndCandidate();
  expect(await caught(traffic.ready?.(ctx))).toBeNull();
  bench.vercel.scenario.rollingSlots = 0;
  expect(await caught(traffic.ready?.(ctx))).toMatchObject({ why: 'No slot for rolling releases is left.' });
  bench.vercel.plan = 'hobby';
  const refused = {
    message: 'Vercel cannot share the traffic of this project between two releases',
    why: 'Rolling releases are not available on the Hobby plan.',
  };
  expect(await caught(traffic.ready?.(ctx))).toMatchObject(refused);
  const before = await config();
  expect(await caught(traffic.split(ctx, shares(0.05)))).toMatchObject(refused);
  expect(await config()).toEqual(before);
});

test('by Edge Config: the middleware reads the share, the candidate and where it is', async () => {
  const { ctx, stable, candidate, shares } = await stableAndCandidate({ plan: 'hobby' });
  const { id } = await bench.api<{ id: string }>('POST', '/v1/edge-config', { slug: 'belay' });
  const target = bench.target({ edgeConfig: { id, key: 'belay' } });
  const item = async () =>
    (await bench.api<{ value: EdgeItem | null }>('GET', `/v1/edge-config/${id}/item/belay`)).value;
  await target.traffic?.ready?.(ctx);
  await target.traffic?.split(ctx, shares(0.125));
  expect(await item()).toEqual({ candidate: candidate.id, url: candidate.url, percentage: 12.5 });
  expect(await target.traffic?.shares(ctx)).toEqual({ [stable.id]: 0.875, [candidate.id]: 0.125 });
  await target.traffic?.split(ctx, { [stable.id]: 1, [candidate.id]: 0 });
  expect(await item()).toBeNull();
  await target.traffic?.split(ctx, shares(0.5));
  await target.activate(ctx, candidate);
  expect(await item()).toBeNull();
  expect(await bench.visit()).toBe('page of second');
});

test('an Edge Config that does not exist is told before anything changes', async () => {
  const { ctx } = await stableAndCandidate();
  const target = bench.target({ edgeConfig: { id: 'ecfg_nope', key: 'belay' } });
  expect(await caught(target.traffic?.ready?.(ctx))).toMatchObject({
    message: 'Vercel did not show the Edge Config ecfg_nope',
  });
});
