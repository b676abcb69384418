/** Octokit drives the GitHub emulator; each answer is held against GitHub's description of its API. */
import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type GithubEmulator, startGithubEmulator } from '../../../src/emulators/github/emulator.ts';
import { readConformance } from './openapi.ts';

const conformance = readConformance('github');
const objections: string[] = [];
const here = { owner: 'acme', repo: 'shop' };
let folder = '';
let github: GithubEmulator;
let octokit: Octokit;
let first = '';
let second = '';

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
const commit = (message: string): string => {
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD');
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-github-'));
  git('init', '--quiet', '--initial-branch=main');
  first = commit('first');
  second = commit('second');
  github = await startGithubEmulator({ repository: folder });
  octokit = new Octokit({ auth: github.token, baseUrl: github.url, log: quiet });
  octokit.hook.after('request', (response, options) => {
    const { pathname } = new URL(response.url);
    objections.push(...conformance.objections(options.method, pathname, response.status, response.data));
  });
});
afterEach(() => expect(objections.splice(0)).toEqual([]));
afterAll(async () => {
  await github.close();
  rmSync(folder, { recursive: true, force: true });
});

const silent = () => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };

const deploy = async (ref: string, environment = 'production') => {
  const { data } = await octokit.repos.createDeployment({
    ...here,
    ref,
    environment,
    auto_merge: false,
    required_contexts: [],
  });
  if (!('id' in data)) throw new Error('no deployment was made');
  return data;
};

test('a deployment, its statuses, and who is current', async () => {
  const one = await deploy('main');
  expect(one).toMatchObject({ sha: second, ref: 'main', environment: 'production', production_environment: true });
  const said = {
    ...here,
    deployment_id: one.id,
    environment_url: 'https://shop.example.com',
    log_url: 'https://ci.example.com/1',
  };
  await octokit.repos.createDeploymentStatus({ ...said, state: 'in_progress' });
  await octokit.repos.createDeploymentStatus({ ...said, state: 'success', description: 'healthy' });
  const two = await deploy(first);
  await octokit.repos.createDeploymentStatus({ ...here, deployment_id: two.id, state: 'success' });
  const statesOf = async (deployment_id: number) => {
    const { data } = await octokit.repos.listDeploymentStatuses({ ...here, deployment_id });
    return data.map(({ state }) => state);
  };
  // Only where it is no production does a success make the earlier ones inactive.
  expect(await statesOf(one.id)).toEqual(['success', 'in_progress']);
  const staged = await deploy('main', 'staging');
  await octokit.repos.createDeploymentStatus({ ...here, deployment_id: staged.id, state: 'success' });
  const next = await deploy(first, 'staging');
  await octokit.repos.createDeploymentStatus({ ...here, deployment_id: next.id, state: 'success' });
  expect(await statesOf(staged.id)).toEqual(['inactive', 'success']);
  const { data: found } = await octokit.repos.listDeployments({ ...here, environment: 'production', sha: first });
  expect(found.map(({ id }) => id)).toEqual([two.id]);
  expect((await octokit.repos.getDeployment({ ...here, deployment_id: one.id })).data.sha).toBe(second);
});

test('what GitHub does with a deployment that forgets auto_merge and required_contexts', async () => {
  await octokit.repos.createCommitStatus({ ...here, sha: first, state: 'failure', context: 'ci/test' });
  await expect(octokit.repos.createDeployment({ ...here, ref: first })).rejects.toMatchObject({ status: 409 });
  github.scenario.behindDefaultBranch = true;
  const { status, data } = await octokit.repos.createDeployment({ ...here, ref: second });
  expect([status, data]).toEqual([202, { message: `Auto-merged main into ${second} on deployment.` }]);
  github.scenario.behindDefaultBranch = false;
  await expect(octokit.repos.createDeployment({ ...here, ref: 'no-such' })).rejects.toMatchObject({ status: 422 });
});

test('pages are linked', async () => {
  for (let at = 0; at < 5; at += 1) await deploy(second, 'preview');
  const all = await octokit.paginate(octokit.repos.listDeployments, { ...here, environment: 'preview', per_page: 2 });
  expect(all).toHaveLength(5);
  expect(new Set(all.map(({ id }) => id)).size).toBe(5);
});

test('environments', async () => {
  await octokit.repos.createOrUpdateEnvironment({ ...here, environment_name: 'staging', wait_timer: 5 });
  const { data } = await octokit.repos.getEnvironment({ ...here, environment_name: 'staging' });
  expect(data.protection_rules).toMatchObject([{ type: 'wait_timer', wait_timer: 5 }]);
  const { data: listed } = await octokit.repos.getAllEnvironments(here);
  expect(listed.environments?.map(({ name }) => name)).toEqual(['production', 'staging', 'preview']);
});

test('commit statuses are combined by their context', async () => {
  const sha = second;
  await octokit.repos.createCommitStatus({
    ...here,
    sha,
    state: 'pending',
    context: 'belay',
    target_url: 'https://x.example',
  });
  await octokit.repos.createCommitStatus({ ...here, sha, state: 'success', context: 'belay' });
  expect((await octokit.repos.getCombinedStatusForRef({ ...here, ref: 'main' })).data).toMatchObject({
    state: 'success',
    total_count: 1,
  });
  expect((await octokit.repos.listCommitStatusesForRef({ ...here, ref: sha })).data).toHaveLength(2);
});

test('check runs and their annotations', async () => {
  const { data: made } = await octokit.checks.create({
    ...here,
    name: 'belay',
    head_sha: second,
    status: 'in_progress',
  });
  const annotation = { path: 'a.ts', start_line: 1, end_line: 1, annotation_level: 'failure' as const, message: 'no' };
  const output = { title: 'Refused', summary: 'The schema would break.', annotations: [annotation] };
  await octokit.checks.update({ ...here, check_run_id: made.id, conclusion: 'failure', output });
  const { data } = await octokit.checks.listForRef({ ...here, ref: 'main', check_name: 'belay' });
  expect(data.check_runs).toMatchObject([
    { status: 'completed', conclusion: 'failure', output: { annotations_count: 1 } },
  ]);
  expect((await octokit.checks.listAnnotations({ ...here, check_run_id: made.id })).data).toMatchObject([annotation]);
  const many = { ...output, annotations: Array.from({ length: 51 }, () => annotation) };
  const tooMany = octokit.checks.update({ ...here, check_run_id: made.id, output: many });
  await expect(tooMany).rejects.toMatchObject({ status: 422 });
});

test('the repository, its commits, and how two of them differ', async () => {
  expect((await octokit.repos.get(here)).data).toMatchObject({ full_name: 'acme/shop', default_branch: 'main' });
  expect((await octokit.repos.getCommit({ ...here, ref: 'main' })).data).toMatchObject({
    sha: second,
    commit: { message: 'second' },
  });
  const { data } = await octokit.repos.compareCommitsWithBasehead({ ...here, basehead: `${first}...main` });
  expect(data).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, commits: [{ sha: second }] });
  const unknown = octokit.repos.compareCommitsWithBasehead({ ...here, basehead: `${first}...nowhere` });
  await expect(unknown).rejects.toMatchObject({ status: 404 });
});

test('workflows are dispatched, listed and cancelled', async () => {
  await octokit.actions.createWorkflowDispatch({
    ...here,
    workflow_id: 'deploy.yml',
    ref: 'main',
    inputs: { release: 'r1' },
  });
  expect(github.runs).toMatchObject([{ workflow: 'deploy.yml', inputs: { release: 'r1' }, sha: second }]);
  const { data } = await octokit.actions.listWorkflowRunsForRepo({ ...here, event: 'workflow_dispatch' });
  const run_id = data.workflow_runs[0]?.id ?? 0;
  await octokit.actions.cancelWorkflowRun({ ...here, run_id });
  expect((await octokit.actions.getWorkflowRun({ ...here, run_id })).data.conclusion).toBe('cancelled');
  const unknown = octokit.actions.createWorkflowDispatch({ ...here, workflow_id: 'none.yml', ref: 'main' });
  await expect(unknown).rejects.toMatchObject({ status: 404 });
});

test('a job gets a token of identity that its key proves', async () => {
  const { url, token } = github.identity;
  const headers = { authorization: `Bearer ${token}` };
  const { value } = (await (await fetch(`${url}&audience=belay`, { headers })).json()) as { value: string };
  const [head = '', body = '', signature = ''] = value.split('.');
  const { keys } = (await (await fetch(`${github.url}/.well-known/jwks`)).json()) as { keys: JsonWebKey[] };
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
  expect(createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key, signature, 'base64url')).toBe(true);
  expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toMatchObject({
    aud: 'belay',
    sub: 'repo:acme/shop:environment:production',
  });
});

test('another token, another repository, and the limit', async () => {
  const stranger = new Octokit({ auth: 'other', baseUrl: github.url, log: quiet });
  await expect(stranger.repos.get(here)).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining('Bad credentials'),
  });
  await expect(octokit.repos.get({ owner: 'acme', repo: 'secret' })).rejects.toMatchObject({ status: 404 });
  github.scenario.rateLimited = true;
  const limited = octokit.repos.get(here);
  await expect(limited).rejects.toMatchObject({ status: 403, response: { headers: { 'x-ratelimit-remaining': '0' } } });
  github.scenario.rateLimited = false;
});

test('every answer of the description has been seen', () => {
  expect(conformance.unmet()).toEqual([]);
});
