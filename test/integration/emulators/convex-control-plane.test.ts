/** The emulated control plane: deploy keys, preview deployments, and the management API that makes environments. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConvexControlPlane, startConvexControlPlane } from '../../../src/emulators/convex/control-plane.ts';
import { post, push, pushRequest } from '../../support/convex/push.ts';

let plane: ConvexControlPlane;
beforeEach(async () => {
  plane = await startConvexControlPlane({ team: 'acme', project: 'Shop' });
});
afterEach(() => plane.close());

type Json = Record<string, unknown>;

async function ask(method: 'GET' | 'POST', path: string, body?: Json, bearer = plane.teamToken) {
  const answer = await fetch(`${plane.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
}

test('a deploy key tells its deployment; a strange one tells nothing', async () => {
  const production = plane.deployment('production');
  const { body } = await ask('POST', '/api/deployment/url_for_key', { deployKey: plane.productionKey });
  expect(body).toBe(production.url);
  expect(
    (await ask('POST', '/api/deployment/team_and_project_for_key', { deployKey: plane.productionKey })).body,
  ).toEqual({
    team: 'acme',
    project: 'shop',
    teamId: plane.teamId,
    projectId: plane.projectId,
    reference: 'production',
    isDefault: true,
  });
  expect((await ask('POST', '/api/deployment/url_for_key', { deployKey: 'prod:other|1' })).body['code']).toBe(
    'BadDeployKey',
  );
});

test('a preview deployment is claimed by name: made, used again, or made afresh', async () => {
  const claim = async (reuse: boolean) => {
    const projectSelection = { kind: 'teamAndProjectSlugs', teamSlug: 'acme', projectSlug: 'shop' };
    const body = { projectSelection, identifier: 'branch', reuse };
    return (await ask('POST', '/api/claim_preview_deployment', body, plane.previewKey)).body;
  };
  const made = await claim(false);
  expect(made).toMatchObject({ isNewDeployment: true, reference: 'preview/branch' });
  const address = { url: String(made['instanceUrl']), adminKey: String(made['adminKey']) };
  await push(address, pushRequest({ modules: { 'a.js': 'export const f = query({ type: "any" }, async () => 1);' } }));
  expect((await post(address, '/api/function', { path: 'a:f', args: {} })).body['value']).toBe(1);
  expect(await claim(true)).toMatchObject({ isNewDeployment: false, deploymentName: made['deploymentName'] });
  expect(await claim(false)).toMatchObject({ isNewDeployment: true });
  expect(plane.deployment('preview/branch').modules()).toEqual({});
  await expect(fetch(`${address.url}/version`)).rejects.toThrow('fetch failed');
  const stranger = await ask(
    'POST',
    '/api/claim_preview_deployment',
    { projectSelection: { kind: 'x', teamSlug: 'acme', projectSlug: 'shop' }, identifier: 'b' },
    'preview:acme:shop|0',
  );
  expect(stranger.status).toBe(401);
});

test('a staging environment is made by API: project, deployment, key; the key works until it is deleted', async () => {
  const { body: project } = await ask('POST', `/v1/teams/${plane.teamId}/create_project`, {
    projectName: 'Shop',
    deploymentType: 'prod',
  });
  expect(project).toMatchObject({
    slug: expect.stringMatching(/^shop-\d+$/),
    deploymentUrl: expect.stringContaining('127.0.0.1'),
  });
  const { body: made } = await ask('POST', `/v1/projects/${String(project['id'])}/create_deployment`, {
    type: 'prod',
    reference: 'staging',
  });
  const name = String(made['name']);
  const { body: listed } = await ask('GET', `/v1/projects/${String(project['id'])}/list_deployments`);
  expect(listed).toMatchObject([{ reference: 'production' }, { name, reference: 'staging', kind: 'cloud' }]);
  const { body: key } = await ask('POST', `/v1/deployments/${name}/create_deploy_key`, { name: 'belay' });
  const address = { url: String(made['deploymentUrl']), adminKey: String(key['deployKey']) };
  expect(address.adminKey).toMatch(new RegExp(`^prod:${name}\\|`));
  const info = async () => {
    const headers = { authorization: `Convex ${address.adminKey}` };
    return fetch(`${address.url}/api/v1/deployment_info`, { headers }).then(
      async (answer) => (await answer.json()) as Json,
    );
  };
  expect(await info()).toMatchObject({
    kind: 'cloud',
    deploymentType: 'prod',
    reference: 'staging',
    projectId: project['id'],
  });
  await ask('POST', `/v1/deployments/${name}/delete_deploy_key`, { id: 'belay' });
  expect(await info()).toMatchObject({ code: 'BadAdminKey' });
  expect((await ask('GET', `/v1/deployments/${name}`, undefined, 'team:wrong')).status).toBe(401);
  await ask('POST', `/v1/deployments/${name}/delete`);
  expect((await ask('GET', `/v1/deployments/${name}`)).body['code']).toBe('DeploymentNotFound');
});
