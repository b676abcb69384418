/** Production's traffic: who gets which deployment, and what the plan allows. */
import { afterEach, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openScene, page, type Scene } from './vercel-scene.ts';

let scene: Scene;
afterEach(() => scene.vercel.close());

const ROLLING = '/v1/projects/shop/rolling-release';
const configure = (stages: readonly object[], advancementType = 'manual-approval') =>
  scene.call('PATCH', `${ROLLING}/config`, { enabled: true, advancementType, stages });

/** Two deployments: `stable` is live, `canary` rolls with the first stage. */
async function roll(first: number, advancementType?: string, duration?: number) {
  const stable = await scene.deploy('stable');
  const stage = { targetPercentage: first, ...(duration === undefined ? {} : { duration }) };
  await configure([stage, { targetPercentage: 80 }], advancementType);
  const canary = await scene.deploy('canary', { autoAssignCustomDomains: false });
  expect((await scene.call('POST', `${ROLLING}/start`, { canaryDeploymentId: canary.id })).status).toBe(200);
  return { stable, canary };
}

/** What this many visitors without a cookie read. */
async function visit(times: number) {
  const pages = await Promise.all(Array.from({ length: times }, () => page(scene.project.productionUrl)));
  const canary = pages.filter((text) => text === '200 canary').length;
  return { stable: times - canary, canary };
}

const job = async () => {
  const { json } = await scene.call('GET', '/v9/projects/shop');
  return (json as { lastAliasRequest: { jobStatus: string; type: string } | null }).lastAliasRequest?.jobStatus;
};

test('a rolling release splits visitors by its percentage, and each keeps what it saw', async () => {
  scene = await openScene();
  const { canary } = await roll(50);
  const { stable, canary: reached } = await visit(200);
  // 200 fair draws leave 60..140 once in ten million runs.
  expect(reached).toBeGreaterThan(60);
  expect(stable).toBeGreaterThan(60);
  const first = await fetch(scene.project.productionUrl);
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  const text = await first.text();
  for (let at = 0; at < 20; at += 1) {
    expect(await page(scene.project.productionUrl, { headers: { cookie } })).toBe(`200 ${text}`);
  }
  expect(await page(`${scene.project.productionUrl}/?vcrrForceCanary=true`)).toBe('200 canary');
  expect(scene.vercel.production('shop').canary).toEqual({ id: canary.id, percentage: 50 });
});

test('a rollback to the current deployment aborts the rolling release', async () => {
  scene = await openScene();
  const { stable, canary } = await roll(50);
  expect((await scene.call('POST', `/v9/projects/shop/rollback/${stable.id}`, {})).status).toBe(201);
  await until('the job has ended', async () => (await job()) === 'succeeded');
  expect(await visit(20)).toEqual({ stable: 20, canary: 0 });
  expect((await scene.call('GET', ROLLING)).json).toMatchObject({ rollingRelease: { state: 'ABORTED' } });
  expect(scene.vercel.deployment(canary.id)).toMatchObject({ readySubstate: 'STAGED' });
});

test('stages advance by time, and a promotion waits for the release that is active', async () => {
  scene = await openScene({ minuteMs: 150 });
  const { canary } = await roll(1, 'automatic', 2);
  const next = await scene.deploy('next', { autoAssignCustomDomains: false });
  const queued = await scene.call('POST', `/v10/projects/shop/promote/${next.id}`, {});
  expect(queued.status).toBe(202);
  expect((await scene.call('GET', ROLLING)).json).toMatchObject({ rollingRelease: { queuedDeploymentId: next.id } });
  await until('the second stage', () => scene.vercel.production('shop').canary?.percentage === 80);
  // Its second stage has no duration: it waits.
  await scene.call('POST', `${ROLLING}/complete`, { canaryDeploymentId: canary.id });
  expect(scene.vercel.production('shop')).toEqual({ live: canary.id, canary: { id: next.id, percentage: 1 } });
});

test('a change of the configuration does not reach a release on its way', async () => {
  scene = await openScene();
  await roll(10);
  await configure([{ targetPercentage: 30 }]);
  expect((await scene.call('GET', ROLLING)).json).toMatchObject({
    rollingRelease: { activeStage: { targetPercentage: 10 }, nextStage: { targetPercentage: 80 } },
  });
});

test('Hobby: no rolling releases, and back by one deployment only', async () => {
  scene = await openScene({ plan: 'hobby' });
  const [first, second] = [await scene.deploy('one'), await scene.deploy('two')];
  await scene.deploy('three');
  expect(await configure([{ targetPercentage: 10 }])).toMatchObject({
    status: 402,
    json: { error: { code: 'payment_required' } },
  });
  expect((await scene.call('GET', `${ROLLING}/billing`)).json).toMatchObject({ reason: 'plan_not_supported' });
  const far = await scene.call('POST', `/v1/projects/shop/rollback/${first.id}`);
  expect(far).toMatchObject({ status: 402, json: { error: { message: expect.stringContaining('upgrade to pro') } } });
  expect((await scene.call('POST', `/v1/projects/shop/rollback/${second.id}`)).status).toBe(201);
  await until('the job has ended', async () => (await job()) === 'succeeded');
  expect(await page(scene.project.productionUrl)).toBe('200 two');
});

test('no slot for rolling releases is left', async () => {
  scene = await openScene();
  scene.vercel.scenario.rollingSlots = 0;
  expect((await scene.call('GET', `${ROLLING}/billing`)).json).toMatchObject({
    availableSlots: 0,
    reason: 'no_available_slots',
  });
  expect((await configure([{ targetPercentage: 10 }])).status).toBe(400);
});

test('jobs that fail or hang leave the traffic where it was', async () => {
  scene = await openScene();
  await scene.deploy('before');
  const staged = await scene.deploy('after', { autoAssignCustomDomains: false });
  const promote = () => scene.call('POST', `/v10/projects/shop/promote/${staged.id}`, {});
  scene.vercel.scenario.promoteFails = true;
  await promote();
  await until('the job has failed', async () => (await job()) === 'failed');
  expect((await scene.call('GET', '/v9/projects/shop/promote/aliases?failedOnly=true')).json).toMatchObject({
    aliases: [{ status: 'failed' }],
  });
  expect(await page(scene.project.productionUrl)).toBe('200 before');
  scene.vercel.scenario.promoteFails = false;
  scene.vercel.scenario.promoteStuck = true;
  await promote();
  await until('the job has begun', async () => (await job()) === 'in-progress');
  expect((await promote()).status).toBe(409);
});

test('domains that cannot be assigned are told in aliasError', async () => {
  scene = await openScene();
  await scene.deploy('before');
  scene.vercel.scenario.aliasError = { code: 'conflict', message: 'The domain is used elsewhere.' };
  const { id } = await scene.deploy('after');
  expect(scene.vercel.deployment(id)).toMatchObject({
    readyState: 'READY',
    aliasAssigned: false,
    aliasError: { code: 'conflict' },
  });
  expect(await page(scene.project.productionUrl)).toBe('200 before');
});

test('the answer header names each region in turn, and skew protection keeps old pages alive', async () => {
  scene = await openScene({}, { regions: ['iad1', 'fra1'], settings: { skewProtectionMaxAge: 3_600 } });
  const old = await scene.deploy('old');
  await scene.deploy('new');
  const regions = new Set<string | undefined>();
  for (let at = 0; at < 4; at += 1)
    regions.add((await fetch(scene.project.productionUrl)).headers.get('x-vercel-id')?.split('::')[0]);
  expect(regions).toEqual(new Set(['fra1', 'iad1']));
  expect(await page(scene.project.productionUrl)).toBe('200 new');
  expect(await page(scene.project.productionUrl, { headers: { 'x-deployment-id': old.id } })).toBe('200 old');
});

test('faults: a limit with Retry-After, a lost answer after the effect, a dropped request', async () => {
  scene = await openScene();
  const before = await scene.deploy('before');
  await scene.deploy('after');
  const path = `/v1/projects/shop/rollback/${before.id}`;
  scene.vercel.inject({
    on: /POST .*rollback/,
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '2' },
    body: { error: { code: 'rate_limited' } },
  });
  const limited = await scene.call('POST', path);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
  scene.vercel.inject({ on: `POST ${path}`, kind: 'drop' });
  await expect(scene.call('POST', path)).rejects.toThrow('fetch failed');
  expect(await job()).toBeUndefined();
  scene.vercel.inject({ on: `POST ${path}`, kind: 'lost-answer' });
  await expect(scene.call('POST', path)).rejects.toThrow('fetch failed');
  await until('the effect came', async () => (await job()) === 'succeeded');
  expect(await page(scene.project.productionUrl)).toBe('200 before');
});
