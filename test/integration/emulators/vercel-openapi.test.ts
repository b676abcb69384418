/** Every answer of the emulator that Vercel's own description covers has the shape that it promises. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readConformance } from './openapi.ts';
import { openScene, type Scene } from './vercel-scene.ts';

const conformance = readConformance('vercel');
const objections: string[] = [];
let scene: Scene;
let at = '';

beforeAll(async () => {
  scene = await openScene();
  at = `/v9/projects/${scene.project.id}`;
});
afterEach(() => expect(objections.splice(0)).toEqual([]));
afterAll(() => scene.vercel.close());

/** Any call that must succeed; its answer is held against the description. */
async function ask<T = Record<string, never>>(method: string, path: string, body?: unknown): Promise<T> {
  const { status, json } = await scene.call(method, path, body);
  expect(status, `${method} ${path}: ${JSON.stringify(json)}`).toBeLessThan(300);
  objections.push(...conformance.objections(method, path, status, json));
  return json as T;
}

test('accounts', async () => {
  await ask('GET', '/v2/user');
  await ask('GET', '/v2/teams');
  await ask('GET', `/v2/teams/${scene.vercel.teamId}`);
});

test('projects', async () => {
  await ask('POST', '/v11/projects', { name: 'other' });
  await ask('GET', '/v10/projects?limit=1');
  await ask('GET', at);
  await ask('PATCH', at, { skewProtectionMaxAge: 60 });
  await ask('PATCH', `/v1/projects/${scene.project.id}/protection-bypass`, { generate: {} });
});

test('deployments, before and after they are production', async () => {
  const sha = createHash('sha1').update('x').digest('hex');
  const headers = { authorization: `Bearer ${scene.vercel.token}`, 'x-vercel-digest': sha };
  const upload = await fetch(`${scene.vercel.url}/v2/files`, { method: 'POST', headers, body: 'x' });
  objections.push(...conformance.objections('POST', '/v2/files', upload.status, await upload.json()));
  const files = [{ file: 'index.html', sha, size: 1 }];
  await ask('POST', '/v13/deployments', { name: 'shop', target: 'production', files });
  const { id } = await scene.deploy('live');
  await ask('GET', `/v13/deployments/${id}`);
  await ask('GET', at);
  await ask('GET', '/v6/deployments?limit=1');
  await ask('GET', `/v3/deployments/${id}/events`);
  scene.vercel.scenario.buildMs = 60_000;
  const slow = await ask<{ id: string }>('POST', '/v13/deployments', { name: 'shop', files });
  await ask('PATCH', `/v12/deployments/${slow.id}/cancel`);
  delete scene.vercel.scenario.buildMs;
  await ask('DELETE', `/v13/deployments/${slow.id}`);
});

test('a deployment that failed', async () => {
  scene.vercel.scenario.buildState = 'ERROR';
  const { id } = await scene.deploy('broken');
  delete scene.vercel.scenario.buildState;
  expect(await ask('GET', `/v13/deployments/${id}`)).toMatchObject({ readyState: 'ERROR', errorStep: 'buildStep' });
});

test('aliases', async () => {
  const { id } = await scene.deploy('named', { target: null });
  await ask('POST', `/v2/deployments/${id}/aliases`, { alias: 'staging.example.com' });
  await ask('GET', `/v2/deployments/${id}/aliases`);
  await ask('GET', '/v4/aliases');
  await ask('DELETE', '/v2/aliases/staging.example.com');
});

test('environment variables', async () => {
  const variable = { key: 'A', value: '1', type: 'encrypted', target: ['production'] };
  const { created } = await ask<{ created: { id: string } }>('POST', `/v10/projects/shop/env`, variable);
  await ask('POST', '/v10/projects/shop/env?upsert=true', [variable]);
  await ask('GET', '/v10/projects/shop/env');
  await ask('PATCH', `/v9/projects/shop/env/${created.id}`, { value: '2' });
  await ask('DELETE', `/v9/projects/shop/env/${created.id}`);
});

test('promotion and rolling releases', async () => {
  const base = '/v1/projects/shop/rolling-release';
  await ask('GET', base);
  await ask('GET', `${base}/config`);
  await ask('GET', `${base}/billing`);
  await scene.call('PATCH', `${base}/config`, {
    enabled: true,
    advancementType: 'automatic',
    stages: [{ targetPercentage: 5, duration: 60 }, { targetPercentage: 50 }],
  });
  await ask('GET', `${base}/config`);
  const { id } = await scene.deploy('canary', { autoAssignCustomDomains: false });
  await ask('POST', `${base}/start`, { canaryDeploymentId: id });
  await ask('GET', base);
  await ask('POST', `${base}/approve-stage`, { canaryDeploymentId: id, nextStageIndex: 1 });
  await ask('POST', `${base}/complete`, { canaryDeploymentId: id });
  await ask('GET', base);
  await ask('GET', '/v1/projects/shop/promote/aliases');
  scene.vercel.plan = 'hobby';
  await ask('GET', `${base}/billing`);
  scene.vercel.plan = 'pro';
});

test('edge config', async () => {
  const { id } = await ask<{ id: string }>('POST', '/v1/edge-config', { slug: 'flags' });
  await ask('PATCH', `/v1/edge-config/${id}/items`, { items: [{ operation: 'create', key: 'canary', value: 5 }] });
  await ask('GET', `/v1/edge-config/${id}/item/canary`);
  await ask('GET', '/v1/edge-config');
});

test('every answer of the description has been seen', () => {
  expect(conformance.unmet()).toEqual([]);
});
