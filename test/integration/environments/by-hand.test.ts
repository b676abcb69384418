/** An environment made without keys, or with the wrong ones: the steps are told, and nothing is half done. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await createScene();
});
afterEach(() => scene.close());

const HERE = ['env', 'create', 'staging'] as const;

test('without a key the steps are printed and the names are listed', async () => {
  delete scene.variables['VERCEL_TOKEN'];
  const ran = await scene.belay(...HERE);
  expect(ran, ran.err).toMatchObject({ code: 0 });
  expect(ran.out).toContain('1. https://dashboard.convex.dev');
  expect(ran.out).toContain('CONVEX_DEPLOY_KEY_STAGING');
  expect(ran.out).toContain('Project Name: shop-staging');
  // What stands in the file is left whole, to be copied.
  const lines = ran.out.split('\n').filter((line) => !line.includes('deployKey:'));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(scene.config()).toContain('staging:');
});

test('a token that Convex refuses changes nothing here', async () => {
  scene.variables['CONVEX_TEAM_TOKEN'] = 'wrong';
  const before = scene.config();
  const ran = await scene.belay(...HERE, '--convex-token-env', 'CONVEX_TEAM_TOKEN');
  expect(ran.code).toBe(8);
  expect(ran.err).toContain('refuses the team token');
  expect(scene.config()).toBe(before);
  expect(existsSync(join(scene.folder, '.belay/secrets'))).toBe(false);
});

test('what broke off is found again: one deployment, one project, one key', async () => {
  const words = [...HERE, '--convex-token-env', 'CONVEX_TEAM_TOKEN', '--json'] as const;
  const before = scene.config();
  expect((await scene.belay(...words)).json()).toMatchObject({ targets: [{ state: 'created' }, { state: 'created' }] });
  scene.write('belay.yml', before);
  expect((await scene.belay(...words)).json()).toMatchObject({ targets: [{ state: 'found' }, { state: 'found' }] });
  expect(scene.plane.deployments()).toHaveLength(2);
  const keys = scene.plane.requests.filter(({ path }) => path.endsWith('create_deploy_key'));
  expect(keys).toHaveLength(1);
});

test('the list shows what each consists of, before and after', async () => {
  await scene.belay(...HERE);
  const listed = await scene.belay('env', 'list');
  expect(listed.out).toMatch(/production +backend \(convex\), web \(vercel\)/);
  expect(listed.out).toMatch(/staging +backend \(convex\), web \(vercel\)/);
  const { environments } = (await scene.belay('env', 'list', '--json')).json<{ environments: unknown[] }>();
  expect(environments).toMatchObject([{ environment: 'production', live: null }, { environment: 'staging' }]);
});

test.each([
  [['env', 'create', 'Big Name'], 'is no name for an environment'],
  [['env', 'create', 'staging', '--from', 'prod'], 'There is no environment prod'],
  [['env', 'seed', 'production', '--from', 'production', '--anonymise'], 'cannot be copied into itself'],
  [['env', 'seed', 'production', '--rules', 'x.yml'], 'go with --from'],
  [['env', 'diff', 'production', 'nowhere'], 'There is no environment nowhere'],
  [['promote', 'staging', 'production', '--to', 'production'], 'they are named twice'],
])('%j is refused', async (words, told) => {
  const ran = await scene.belay(...words);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain(told);
});
