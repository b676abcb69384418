/** The vendor's SDK reads every answer of the emulator: it refuses what lacks a field that Vercel promises. */
import { Aliases } from '@vercel/sdk/sdk/aliases.js';
import { ChecksV2 } from '@vercel/sdk/sdk/checksv2.js';
import { Deployments } from '@vercel/sdk/sdk/deployments.js';
import { GlobalConfig } from '@vercel/sdk/sdk/globalconfig.js';
import { Projects } from '@vercel/sdk/sdk/projects.js';
import { RollingRelease } from '@vercel/sdk/sdk/rollingrelease.js';
import { Teams } from '@vercel/sdk/sdk/teams.js';
import { User } from '@vercel/sdk/sdk/user.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openScene, page, type Scene } from './vercel-scene.ts';

/** Its parts: the whole takes twice as long to load. */
function clients({ vercel }: Scene) {
  const options = { bearerToken: vercel.token, serverURL: vercel.url };
  return {
    aliases: new Aliases(options),
    checksV2: new ChecksV2(options),
    deployments: new Deployments(options),
    globalConfig: new GlobalConfig(options),
    projects: new Projects(options),
    rollingRelease: new RollingRelease(options),
    teams: new Teams(options),
    user: new User(options),
  };
}

let scene: Scene;
let sdk: ReturnType<typeof clients>;
let teamId = '';
let idOrName = '';

beforeAll(async () => {
  scene = await openScene();
  sdk = clients(scene);
  teamId = scene.vercel.teamId;
  idOrName = scene.project.id;
});
afterAll(() => scene.vercel.close());

const settled = () =>
  until('the alias job has succeeded', async () => {
    const { lastAliasRequest } = await sdk.projects.getProject({ idOrName, teamId });
    return lastAliasRequest?.jobStatus === 'succeeded';
  });

test('who asks', async () => {
  expect((await sdk.user.getAuthUser())?.user).toMatchObject({ username: 'belay', defaultTeamId: teamId });
  expect((await sdk.teams.getTeam({ teamId })).slug).toBe('belay-team');
  expect((await sdk.teams.getTeams({})).teams).toHaveLength(1);
});

test('files, then a deployment: only what is missing is asked for', async () => {
  const content = 'a page';
  const files = [{ file: 'index.html', sha: 'b1a7a2a0a5d2c1b5a3a7c6ad4e4e1a7a8f0d7c9a', size: content.length }];
  const create = sdk.deployments.createDeployment({
    teamId,
    requestBody: { name: 'shop', target: 'production', files },
  });
  await expect(create).rejects.toMatchObject({
    statusCode: 400,
    body: expect.stringContaining('"missing":["b1a7a2a0'),
  });
  const made = await scene.deploy(content);
  const shown = await sdk.deployments.getDeployment({ idOrUrl: made.id, teamId });
  expect(shown).toMatchObject({
    readyState: 'READY',
    readySubstate: 'PROMOTED',
    aliasAssigned: true,
    target: 'production',
  });
  expect(await page(made.url)).toBe('200 a page');
  expect(await page(scene.project.productionUrl)).toBe('200 a page');
  const byUrl = await sdk.deployments.getDeployment({ idOrUrl: made.url, teamId });
  expect(byUrl).toMatchObject({ id: made.id });
});

test('create answers at once, and cancel ends the build', async () => {
  scene.vercel.scenario.buildMs = 60_000;
  const requestBody = { name: 'shop', project: idOrName, files: [{ file: 'a.txt', data: 'a' }] };
  const made = await sdk.deployments.createDeployment({ teamId, requestBody });
  expect(made.readyState).toBe('QUEUED');
  await until('it builds', () => scene.vercel.deployment(made.id)?.readyState === 'BUILDING');
  delete scene.vercel.scenario.buildMs;
  expect(await sdk.deployments.cancelDeployment({ id: made.id, teamId })).toMatchObject({
    readyState: 'CANCELED',
  });
  expect(await sdk.deployments.deleteDeployment({ id: made.id, teamId })).toMatchObject({ state: 'DELETED' });
  await expect(sdk.deployments.getDeployment({ idOrUrl: made.id, teamId })).rejects.toMatchObject({
    statusCode: 404,
  });
});

test('a staged deployment is promoted, and an earlier one rolled back to', async () => {
  const before = scene.vercel.production(idOrName).live ?? '';
  const staged = await scene.deploy('staged', { autoAssignCustomDomains: false });
  const shown = await sdk.deployments.getDeployment({ idOrUrl: staged.id, teamId });
  expect(shown).toMatchObject({ readySubstate: 'STAGED' });
  expect(await page(scene.project.productionUrl)).toBe('200 a page');
  await sdk.projects.requestPromote({ projectId: idOrName, deploymentId: staged.id, teamId });
  await settled();
  expect(await page(scene.project.productionUrl)).toBe('200 staged');
  expect(await sdk.projects.listPromoteAliases({ projectId: idOrName, teamId })).toMatchObject({
    aliases: [{ status: 'completed' }],
  });
  const { deployments } = await sdk.deployments.getDeployments({
    projectId: idOrName,
    rollbackCandidate: true,
    teamId,
  });
  expect(deployments.map(({ uid }) => uid)).toEqual([before]);
  await sdk.projects.requestRollback({
    projectId: idOrName,
    deploymentId: before,
    description: 'errors',
    teamId,
  });
  await settled();
  expect(await page(scene.project.productionUrl)).toBe('200 a page');
  const project = await sdk.projects.getProject({ idOrName, teamId });
  expect(project).toMatchObject({
    lastAliasRequest: { type: 'rollback', toDeploymentId: before },
    targets: { production: { id: before } },
  });
});

test('after a rollback a new build does not go live by itself', async () => {
  const made = await scene.deploy('held');
  expect(scene.vercel.deployment(made.id)).toMatchObject({ readySubstate: 'STAGED', alias: [] });
  expect(await page(scene.project.productionUrl)).toBe('200 a page');
  await sdk.projects.requestPromote({ projectId: idOrName, deploymentId: made.id, teamId });
  await settled();
  await scene.deploy('again');
  expect(await page(scene.project.productionUrl)).toBe('200 again');
});

test('environment variables', async () => {
  const production = ['production' as const];
  const plain = { key: 'PLAIN', value: 'one', type: 'plain' as const, target: production };
  const sealed = { key: 'SEALED', value: 'two', type: 'encrypted' as const, target: production };
  const secret = { key: 'SECRET', value: 'three', type: 'sensitive' as const, target: production };
  const requestBody = [plain, sealed, secret];
  const { failed } = await sdk.projects.createProjectEnv({ idOrName, teamId, requestBody });
  expect(failed).toEqual([]);
  const again = sdk.projects.createProjectEnv({ idOrName, teamId, requestBody: plain });
  await expect(again).rejects.toMatchObject({ statusCode: 400, body: expect.stringContaining('ENV_CONFLICT') });
  const listed = await sdk.projects.filterProjectEnvs({ idOrName, teamId });
  const envs = 'envs' in listed ? listed.envs : [];
  expect(envs.map(({ key, value }) => [key, value === 'one' || value === 'two' || value === 'three'])).toEqual([
    ['PLAIN', true],
    ['SEALED', false],
    ['SECRET', false],
  ]);
  const id = envs[1]?.id ?? '';
  expect(await sdk.projects.getProjectEnv({ idOrName, id, teamId })).toMatchObject({ value: 'two' });
  await sdk.projects.editProjectEnv({ idOrName, id, teamId, requestBody: { value: 'new' } });
  expect(await sdk.projects.getProjectEnv({ idOrName, id, teamId })).toMatchObject({ value: 'new' });
  await sdk.projects.removeProjectEnv({ idOrName, id, teamId });
  await expect(sdk.projects.getProjectEnv({ idOrName, id, teamId })).rejects.toMatchObject({ statusCode: 404 });
});

test('projects: made, listed, changed, paused', async () => {
  const made = await sdk.projects.createProject({ teamId, requestBody: { name: 'shop-staging' } });
  const again = sdk.projects.createProject({ teamId, requestBody: { name: 'shop-staging' } });
  await expect(again).rejects.toMatchObject({ statusCode: 409 });
  const listed = await sdk.projects.getProjects({ teamId });
  expect('projects' in listed ? listed.projects : []).toHaveLength(2);
  const changed = await sdk.projects.updateProject({
    idOrName: made.id,
    teamId,
    requestBody: { serverlessFunctionRegion: 'fra1', skewProtectionMaxAge: 3600 },
  });
  expect(changed).toMatchObject({ resourceConfig: { functionDefaultRegions: ['fra1'] }, skewProtectionMaxAge: 3600 });
  await sdk.projects.pauseProject({ projectId: idOrName, teamId });
  expect(await page(scene.project.productionUrl)).toMatch(/^503 .*DEPLOYMENT_PAUSED/s);
  await sdk.projects.unpauseProject({ projectId: idOrName, teamId });
  expect(await page(scene.project.productionUrl)).toMatch(/^200 /);
  await sdk.projects.deleteProject({ idOrName: made.id, teamId });
  await expect(sdk.projects.getProject({ idOrName: made.id, teamId })).rejects.toMatchObject({ statusCode: 404 });
});

test('aliases point where they were sent last', async () => {
  const first = await scene.deploy('first', { target: null });
  const second = await scene.deploy('second', { target: null });
  const alias = 'staging.example.com';
  await sdk.aliases.assignAlias({ id: first.id, teamId, requestBody: { alias } });
  const moved = await sdk.aliases.assignAlias({ id: second.id, teamId, requestBody: { alias } });
  expect(moved).toMatchObject({ alias, oldDeploymentId: first.id });
  const twice = sdk.aliases.assignAlias({ id: second.id, teamId, requestBody: { alias } });
  await expect(twice).rejects.toMatchObject({ statusCode: 409 });
  const { aliases } = await sdk.aliases.listDeploymentAliases({ id: second.id, teamId });
  expect(aliases.map((one) => one.alias)).toEqual([alias]);
  const all = await sdk.aliases.listAliases({ projectId: idOrName, teamId });
  expect(all.aliases.find((one) => one.alias === alias)).toMatchObject({ deploymentId: second.id });
  await sdk.aliases.deleteAlias({ aliasId: alias, teamId });
  await expect(sdk.aliases.getAlias({ idOrAlias: alias, teamId })).rejects.toMatchObject({ statusCode: 404 });
});

test('edge config items', async () => {
  const made = await sdk.globalConfig.createEdgeConfig({ teamId, requestBody: { slug: 'flags' } });
  const items = [{ operation: 'upsert', key: 'canary', value: 25 }];
  const { status, json } = await scene.call('PATCH', `/v1/edge-config/${made.id}/items?teamId=${teamId}`, { items });
  expect({ status, json }).toEqual({ status: 200, json: { status: 'ok' } });
  const item = { edgeConfigId: made.id, edgeConfigItemKey: 'canary', teamId };
  expect(await sdk.globalConfig.getEdgeConfigItem(item)).toMatchObject({ key: 'canary', value: 25 });
});

test('a protected deployment opens with the bypass only', async () => {
  await scene.call('PATCH', `/v9/projects/${idOrName}`, {
    ssoProtection: { deploymentType: 'all_except_custom_domains' },
  });
  const { url } = await scene.deploy('behind the door', { autoAssignCustomDomains: false });
  expect(await page(url)).toMatch(/^401 /);
  expect(await page(scene.project.productionUrl)).toMatch(/^200 /);
  const { protectionBypass } = await sdk.projects.updateProjectProtectionBypass({
    idOrName,
    teamId,
    requestBody: { generate: {} },
  });
  const [secret = ''] = Object.keys(protectionBypass ?? {});
  expect(secret).toHaveLength(32);
  expect(await page(url, { headers: { 'x-vercel-protection-bypass': secret } })).toBe('200 behind the door');
  await scene.call('PATCH', `/v9/projects/${idOrName}`, { ssoProtection: null });
  expect(await page(url)).toBe('200 behind the door');
});

test('what the build said', async () => {
  const { id } = await scene.deploy('told');
  const events = await sdk.deployments.getDeploymentEvents({ idOrUrl: id, teamId });
  expect(JSON.stringify(events)).toContain('"readyState":"READY"');
});

test('a check blocks promotion until it succeeds', async () => {
  const check = await sdk.checksV2.createProjectCheck({
    projectIdOrName: idOrName,
    teamId,
    requestBody: { name: 'belay', blocks: 'deployment-promotion', requires: 'deployment-url', targets: ['production'] },
  });
  const staged = await scene.deploy('checked', { autoAssignCustomDomains: false });
  const promote = () => sdk.projects.requestPromote({ projectId: idOrName, deploymentId: staged.id, teamId });
  await expect(promote()).rejects.toMatchObject({ statusCode: 409 });
  const run = await sdk.checksV2.createDeploymentCheckRun({
    deploymentId: staged.id,
    teamId,
    requestBody: { checkId: check.id },
  });
  const conclude = (conclusion: 'failed' | 'succeeded') =>
    sdk.checksV2.updateDeploymentCheckRun({
      deploymentId: staged.id,
      checkRunId: run.id,
      teamId,
      requestBody: { status: 'completed', conclusion },
    });
  await conclude('failed');
  expect(scene.vercel.deployment(staged.id)).toMatchObject({ checksState: 'completed', checksConclusion: 'failed' });
  await expect(promote()).rejects.toMatchObject({ statusCode: 409 });
  await conclude('succeeded');
  await promote();
  await settled();
  expect(await page(scene.project.productionUrl)).toBe('200 checked');
  expect((await sdk.checksV2.listDeploymentCheckRuns({ deploymentId: staged.id, teamId })).runs).toHaveLength(1);
  await sdk.checksV2.deleteProjectCheck({ projectIdOrName: idOrName, checkId: check.id, teamId });
});

test('a rolling release: configured, started, approved, completed', async () => {
  const billing = await sdk.rollingRelease.getRollingReleaseBillingStatus({ idOrName, teamId });
  expect(billing).toMatchObject({ reason: 'unlimited_slots' });
  const config = {
    enabled: true,
    advancementType: 'manual-approval',
    stages: [{ targetPercentage: 20 }, { targetPercentage: 60 }, { targetPercentage: 100 }],
  };
  // The SDK has no body for it: the vendor's command line sends this one.
  await scene.call('PATCH', `/v1/projects/${idOrName}/rolling-release/config?teamId=${teamId}`, config);
  expect(await sdk.rollingRelease.getRollingReleaseConfig({ idOrName, teamId })).toMatchObject({
    rollingRelease: { target: 'production' },
  });
  const stable = scene.vercel.production(idOrName).live;
  const canary = await scene.deploy('canary', { autoAssignCustomDomains: false });
  const body = { canaryDeploymentId: canary.id };
  const started = await sdk.rollingRelease.startRollingRelease({ idOrName, teamId, requestBody: body });
  expect(started.rollingRelease).toMatchObject({
    state: 'ACTIVE',
    activeStage: { targetPercentage: 20 },
    currentDeployment: { id: stable },
  });
  const twice = sdk.rollingRelease.startRollingRelease({ idOrName, teamId, requestBody: body });
  await expect(twice).rejects.toMatchObject({ statusCode: 409 });
  const skip = sdk.rollingRelease.approveRollingReleaseStage({
    idOrName,
    teamId,
    requestBody: { ...body, nextStageIndex: 2 },
  });
  await expect(skip).rejects.toMatchObject({ statusCode: 400 });
  await sdk.rollingRelease.approveRollingReleaseStage({
    idOrName,
    teamId,
    requestBody: { ...body, nextStageIndex: 1 },
  });
  const now = await sdk.rollingRelease.getRollingRelease({ idOrName, teamId });
  expect(now.rollingRelease).toMatchObject({
    activeStage: { index: 1, targetPercentage: 60 },
    nextStage: { isFinalStage: true },
  });
  await sdk.rollingRelease.completeRollingRelease({ idOrName, teamId, requestBody: body });
  expect(scene.vercel.production(idOrName)).toEqual({ live: canary.id });
  await sdk.rollingRelease.deleteRollingReleaseConfig({ idOrName, teamId });
  expect((await sdk.rollingRelease.getRollingReleaseConfig({ idOrName, teamId })).rollingRelease).toBeNull();
});

test('another token and another team are refused', async () => {
  const stranger = await fetch(`${scene.vercel.url}/v2/user`, { headers: { authorization: 'Bearer other' } });
  expect([stranger.status, await stranger.json()]).toMatchObject([
    403,
    { error: { code: 'forbidden', invalidToken: true } },
  ]);
  const abroad = sdk.projects.getProject({ idOrName, teamId: 'team_other' });
  await expect(abroad).rejects.toMatchObject({ statusCode: 403 });
});
