/** The vendor's own command line against the emulator: deploy by a deploy key, then the rest by the admin key. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConvexControlPlane, startConvexControlPlane } from '../../../src/emulators/convex/control-plane.ts';
import type { ConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { push } from '../../support/convex/push.ts';
import { type ConvexProject, createConvexProject, selfHosted } from '../../support/convex/vendor-cli.ts';

let plane: ConvexControlPlane;
let emulator: ConvexEmulator;
let project: ConvexProject;

/** `convex …` on production by its admin key, as with a self-hosted deployment. */
const convex = (...args: string[]) => project.convex(args, selfHosted(emulator));

beforeAll(async () => {
  plane = await startConvexControlPlane();
  emulator = plane.deployment('production');
  project = createConvexProject();
  const deployed = await project.convex(['deploy', '--typecheck', 'disable'], {
    CONVEX_PROVISION_HOST: plane.url,
    CONVEX_DEPLOY_KEY: plane.productionKey,
  });
  expect(deployed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Deployed Convex functions to') });
});

afterAll(async () => {
  await plane?.close();
  project?.remove();
});

test('deploy goes through the protocol in the vendor’s order, and the key is looked up in the control plane', () => {
  expect(plane.requests.map(({ path }) => path)).toEqual([
    '/api/deployment/url_for_key',
    '/api/deployment/team_and_project_for_key',
  ]);
  // After these comes report_push_completed, which the command line does not wait for.
  expect(emulator.requests.slice(0, 5).map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    'POST /api/get_config_hashes 200',
    'POST /api/deploy2/evaluate_schema 200',
    'POST /api/deploy2/start_push 200',
    'POST /api/deploy2/wait_for_schema 200',
    'POST /api/deploy2/finish_push 200',
  ]);
  expect(Object.keys(emulator.modules())).toEqual(expect.arrayContaining(['tasks.js', 'users.js', 'typed.js']));
});

test('run executes what was pushed: a mutation, an internal one, one in a component; bad arguments are refused', async () => {
  const added = await convex('run', 'tasks:add', '{"title":"one"}');
  expect(added).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('adding one') });
  const id = JSON.parse(added.stdout) as string;
  expect(await convex('run', 'tasks:close', JSON.stringify({ id }))).toMatchObject({ exitCode: 0 });
  expect(await emulator.documents('tasks')).toMatchObject([{ _id: id, title: 'one', done: true, state: 'closed' }]);
  expect((await convex('run', 'users:add', '{"name":"ada"}')).exitCode).toBe(0);
  expect(await emulator.documents('locks', 'guard')).toMatchObject([{ holder: 'ada', token: 1 }]);
  const refused = await convex('run', 'tasks:add', '{"title":1}');
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Validator: v.string()') });
});

test('export, then import --replace-all brings app and component back, byte for byte', async () => {
  const before = { users: await emulator.documents('users'), locks: await emulator.documents('locks', 'guard') };
  expect(await convex('export', '--path', 'out.zip')).toMatchObject({ exitCode: 0 });
  await emulator.insert('users', [{ name: 'later' }]);
  await emulator.insert('locks', [{ holder: 'later', token: 9 }], 'guard');
  const imported = await convex('import', '--replace-all', '-y', 'out.zip');
  expect(imported).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Added 3 documents') });
  expect({ users: await emulator.documents('users'), locks: await emulator.documents('locks', 'guard') }).toEqual(
    before,
  );
});

test('env set and list, data, and function-spec tell the state', async () => {
  expect((await convex('env', 'set', 'GREETING', 'hello')).exitCode).toBe(0);
  expect((await convex('env', 'list', '--include-values')).stdout).toContain('GREETING=hello');
  expect((await convex('run', 'tasks:closeAll', '{}')).stdout).toContain('hello');
  expect((await convex('data')).stdout.split('\n')).toEqual(['notes', 'tasks', 'users']);
  expect((await convex('data', 'users', '--format', 'jsonLines')).stdout).toContain('"name": "ada"');
  const spec = JSON.parse((await convex('function-spec')).stdout) as {
    url: string;
    functions: { identifier: string }[];
  };
  expect(spec.url).toBe(emulator.url);
  expect(spec.functions.map(({ identifier }) => identifier)).toContain('tasks.js:closeEvery');
});

test('a schema that the data violates: the dry run is refused in the vendor’s words, and nothing changes', async () => {
  const before = emulator.modules();
  const schema = join(project.folder, 'convex/schema.ts');
  const text = readFileSync(schema, 'utf8');
  writeFileSync(schema, text.replace('title: v.string(),', 'title: v.string(),\n    due: v.number(),'));
  const refused = await convex('deploy', '--dry-run', '--typecheck', 'disable');
  writeFileSync(schema, text);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Schema validation failed.') });
  expect(refused.stderr).toMatch(
    /in table "tasks" does not match the schema: Object is missing the required field `due`/,
  );
  expect(emulator.modules()).toEqual(before);
});

test('a push request written offline, posted by hand, gives the same module hashes', async () => {
  const written = await convex(
    'deploy',
    '--write-push-request',
    'kept',
    '--push-all-modules',
    '--typecheck',
    'disable',
  );
  expect(written.exitCode).toBe(0);
  const request = JSON.parse(readFileSync(join(project.folder, 'kept.json'), 'utf8')) as Record<string, unknown>;
  const claimed = await fetch(`${plane.url}/v1/projects/${plane.projectId}/create_deployment`, {
    method: 'POST',
    headers: { authorization: `Bearer ${plane.teamToken}` },
    body: JSON.stringify({ type: 'prod', reference: 'staging' }),
  });
  expect(await claimed.json()).toMatchObject({ kind: 'cloud', reference: 'staging' });
  const staging = plane.deployment('staging');
  expect((await push(staging, request)).finished?.status).toBe(200);
  expect(staging.modules()).toEqual(emulator.modules());
  rmSync(join(project.folder, 'kept.json'));
});

test('a key of another deployment, and a key that was revoked, open nothing', async () => {
  const stranger = await project.convex(
    ['env', 'list'],
    selfHosted({ url: emulator.url, adminKey: plane.deployment('staging').adminKey }),
  );
  expect(stranger.exitCode).not.toBe(0);
  emulator.allow(plane.productionKey, false);
  const revoked = await project.convex(['run', 'tasks:list'], {
    CONVEX_PROVISION_HOST: plane.url,
    CONVEX_DEPLOY_KEY: plane.productionKey,
  });
  expect(revoked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('BadAdminKey') });
});
