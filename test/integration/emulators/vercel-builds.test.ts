/** Builds that really run, servers that really answer, variables frozen into each deployment. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openScene, page, type Scene } from './vercel-scene.ts';

let scene: Scene;
afterEach(() => scene.vercel.close());

const SERVER = `
  require('node:http').createServer((req, res) => {
    if (req.url === '/crash') process.exit(1);
    res.end([require('node:fs').readFileSync('built.txt', 'utf8').trim(), process.env.GREETING, process.env.VERCEL_ENV].join(' '));
  }).listen(process.env.PORT, '127.0.0.1');
`;
const APP = {
  build: 'echo built $VERCEL_GIT_COMMIT_SHA; echo "$VERCEL_GIT_COMMIT_SHA" > built.txt',
  start: 'node server.js',
};
const source = { files: [{ file: 'server.js', data: SERVER }] };
const commit = (githubCommitSha: string) => ({ ...source, meta: { githubCommitSha } });

const setGreeting = (value: string) =>
  scene.call('POST', '/v10/projects/shop/env?upsert=true', {
    key: 'GREETING',
    value,
    type: 'plain',
    target: ['production'],
  });

test('the build runs in the uploaded files, the server answers with the variables of its own time', async () => {
  scene = await openScene({}, APP);
  await setGreeting('hello');
  const first = await scene.deploy('', commit('abc'));
  expect(await page(first.url)).toBe('200 abc hello production');
  await setGreeting('changed');
  expect(await page(first.url)).toBe('200 abc hello production');
  const again = await scene.deploy('', { deploymentId: first.id, files: undefined });
  expect(await page(again.url)).toBe('200 abc changed production');
  expect(await page(scene.project.productionUrl)).toBe('200 abc changed production');
  const { json } = await scene.call('GET', `/v3/deployments/${first.id}/events`);
  expect(JSON.stringify(json)).toContain('built abc');
});

const OUTPUT = '.vercel/output';
const nodeFunction = (name: string, code: string, handler = 'index.js', runtime = 'nodejs20.x') => [
  { file: `${OUTPUT}/functions/${name}.func/${handler}`, data: code },
  {
    file: `${OUTPUT}/functions/${name}.func/.vc-config.json`,
    data: JSON.stringify({ runtime, handler, launcherType: 'Nodejs' }),
  },
];

test('what was built elsewhere: files, Node functions and routes of the output are served, edge functions are not', async () => {
  scene = await openScene();
  await setGreeting('hello');
  const config = {
    version: 3,
    routes: [
      { src: '^/old$', status: 308, headers: { location: '/new' } },
      { src: '^/users/(\\w+)$', dest: '/api/users' },
      { handle: 'filesystem' },
      { src: '^/app/.*$', dest: '/index.html' },
    ],
  };
  const { json } = await scene.call('POST', '/v13/deployments?prebuilt=1', {
    name: 'shop',
    project: scene.project.id,
    target: 'production',
    files: [
      { file: `${OUTPUT}/config.json`, data: JSON.stringify(config) },
      { file: `${OUTPUT}/static/index.html`, data: 'the page' },
      ...nodeFunction('api/users', 'module.exports = (req, res) => res.end(process.env.GREETING + " " + req.url);'),
      ...nodeFunction(
        'api/echo',
        'export const POST = async (request) => Response.json(await request.json());',
        'e.mjs',
      ),
      ...nodeFunction('api/edge', 'export default () => new Response()', 'index.js', 'edge'),
      ...nodeFunction('api/dies', 'module.exports = () => { throw new Error("no such luck"); };'),
    ],
  });
  const { id } = json as { id: string };
  await until('it is ready', () => scene.vercel.deployment(id)?.readyState === 'READY');
  const { url } = scene.vercel.deployment(id) ?? { url: '' };
  const at = `http://${url.replace('http://', '')}`;
  expect(await page(at)).toBe('200 the page');
  expect(await page(`${at}/app/deep/link`)).toBe('200 the page');
  expect(await page(`${at}/users/mia?x=1`)).toBe('200 hello /users/mia?x=1');
  const moved = await fetch(`${at}/old`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/new']);
  const echoed = await fetch(`${at}/api/echo`, { method: 'POST', body: '{"a":1}' });
  expect(await echoed.json()).toEqual({ a: 1 });
  expect(await page(`${at}/api/edge`)).toMatch(/^501 .*functions of edge/s);
  expect(await page(`${at}/api/dies`)).toMatch(/^500 .*FUNCTION_INVOCATION_FAILED/s);
  expect(await page(`${at}/api/users`), 'the next request begins another').toBe('200 hello /api/users');
  expect(await page(`${at}/nothing`)).toMatch(/^404/);
});

test('a server that has died is started again', async () => {
  scene = await openScene({}, APP);
  const { url } = await scene.deploy('', commit('abc'));
  expect(await page(url)).toMatch(/^200 abc/);
  expect(await page(`${url}/crash`)).toMatch(/^500 .*FUNCTION_INVOCATION_FAILED/s);
  expect(await page(url)).toMatch(/^200 abc/);
});

test('a build that fails says so, and production stays', async () => {
  scene = await openScene({}, { build: 'test -e good.txt' });
  await scene.deploy('', {
    files: [
      { file: 'good.txt', data: '' },
      { file: 'index.html', data: 'good' },
    ],
  });
  const { id, url } = await scene.deploy('bad');
  expect(scene.vercel.deployment(id)).toMatchObject({
    readyState: 'ERROR',
    errorMessage: 'Command "test -e good.txt" exited with 1',
    aliasAssigned: false,
  });
  expect(await page(url)).toMatch(/^404 .*DEPLOYMENT_NOT_READY/s);
  expect(await page(scene.project.productionUrl)).toBe('200 good');
});

test('a Git source is checked out from the repository behind the project', async () => {
  const repository = mkdtempSync(join(tmpdir(), 'belay-repo-'));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  writeFileSync(join(repository, 'index.html'), 'from git');
  git('add', '.');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '-m', 'page');
  scene = await openScene({}, { repository });
  const gitSource = { type: 'github', org: 'acme', repo: 'shop', ref: 'main', sha: git('rev-parse', 'HEAD') };
  const { id } = await scene.deploy('', { files: undefined, gitSource });
  expect(await page(scene.project.productionUrl)).toBe('200 from git');
  expect(scene.vercel.deployment(id)).toMatchObject({ source: 'git', meta: { githubCommitSha: gitSource.sha } });
  rmSync(repository, { recursive: true });
});

test('files of an upload cannot leave its folder', async () => {
  scene = await openScene();
  await scene.deploy('', { files: [{ file: '../../../escaped.html', data: 'inside' }] });
  expect(await page(`${scene.project.productionUrl}/escaped.html`)).toBe('200 inside');
});

test('a file whose bytes are not those of its digest is refused', async () => {
  scene = await openScene();
  const headers = { authorization: `Bearer ${scene.vercel.token}`, 'x-vercel-digest': '0'.repeat(40) };
  const answer = await fetch(`${scene.vercel.url}/v2/files`, { method: 'POST', headers, body: 'x' });
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: { message: 'Digest is not valid' } }]);
});

test('the quota of a day', async () => {
  scene = await openScene();
  scene.vercel.scenario.quota = true;
  const refused = await scene.call('POST', '/v13/deployments', { name: 'shop', files: [{ file: 'a', data: 'a' }] });
  expect(refused).toMatchObject({ status: 402, json: { error: { code: 'api-deployments-free-per-day' } } });
});
