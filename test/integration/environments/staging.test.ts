/** Staging from nothing to production: made, deployed, filled, compared, promoted, by the command line alone. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app, createScene, type Ran, type Scene } from './scene.ts';

let scene: Scene;
let created: Ran;
beforeAll(async () => {
  scene = await createScene();
  await setOnVercel('shop', { CONVEX_URL: 'https://production.example', STRIPE_KEY: 'sk_live_1' });
  await setOnConvex('production', { MAIL_KEY: 'mail-live-1' });
  created = await scene.belay('env', 'create', 'staging', '--convex-token-env', 'CONVEX_TEAM_TOKEN');
});
afterAll(() => scene.close());

const staging = () => scene.plane.deployment('staging');
const production = () => scene.plane.deployment('production');

async function setOnConvex(deployment: string, values: Readonly<Record<string, string>>): Promise<void> {
  const { url, adminKey } = scene.plane.deployment(deployment);
  const changes = Object.entries(values).map(([name, value]) => ({ name, value }));
  const headers = { authorization: `Convex ${adminKey}`, 'content-type': 'application/json' };
  const path = `${url}/api/v1/update_environment_variables`;
  await fetch(path, { method: 'POST', headers, body: JSON.stringify({ changes }) });
}

async function setOnVercel(project: string, values: Readonly<Record<string, string>>): Promise<void> {
  const body = Object.entries(values).map(([key, value]) => ({
    key,
    value,
    type: 'encrypted',
    target: ['production'],
  }));
  await vercelApi('POST', `/v10/projects/${project}/env?upsert=true`, body);
}

async function vercelApi<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${scene.vercel.token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${scene.vercel.url}${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as T;
}

const SECRETS = () => [scene.plane.teamToken, scene.vercel.token, 'sk_live_1', 'mail-live-1', '|'];

test('it is created with platforms of its own, and its names are known', async () => {
  expect(created, created.err + created.out).toMatchObject({ code: 0 });
  expect(staging().url).not.toBe(production().url);
  const { envs } = await vercelApi<{ envs: { key: string; value: string }[] }>(
    'GET',
    '/v10/projects/shop-staging/env?decrypt=true',
  );
  expect(envs).toMatchObject([{ key: 'CONVEX_URL', value: staging().url }]);
  expect(created.out).toContain('missing: STRIPE_KEY');
  expect(created.out).toContain('missing: MAIL_KEY');
  for (const secret of SECRETS()) expect(created.out + created.err, 'no secret').not.toContain(secret);
});

test('its configuration stands beside the others, and comments stay', () => {
  expect(scene.config()).toContain('# The shop. Ask Mia before you change this.');
  expect(scene.config()).toContain('production: # what customers see');
  expect(scene.config()).toContain('extends: production');
  const key = join(scene.folder, '.belay/secrets/staging-backend');
  expect(readFileSync(key, 'utf8')).toMatch(/^prod:\S+\|/);
  expect(statSync(key).mode & 0o077, 'for its owner alone').toBe(0);
});

test('what is there already is not made again', async () => {
  const again = await scene.belay('env', 'create', 'staging', '--json');
  expect(again.code).toBe(2);
  expect(again.err + again.out).toContain('There is an environment staging already');
});

test('nothing is filled before it is known which tables there are', async () => {
  const early = await scene.belay('env', 'seed', 'staging');
  expect(early.code).toBe(2);
  expect(early.err).toContain('belay deploy --env staging');
});

test('made-up documents fit the schema, refer to one another, and come again with the same seed', async () => {
  expect((await scene.belay('deploy', '--env', 'staging', '--json')).json()).toMatchObject({ outcome: 'committed' });
  const seeded = await scene.belay('env', 'seed', 'staging', '--rows', '20', '--seed', '7', '--json');
  expect(seeded, seeded.err).toMatchObject({ code: 0 });
  expect(seeded.json()).toMatchObject({ environment: 'staging', target: 'backend', seed: 7 });
  const first = await documents();
  expect(first.users).toHaveLength(20);
  expect(first.users.every(({ email }) => /^\S+@example\.com$/.test(String(email)))).toBe(true);
  const ids = new Set(first.users.map(({ _id }) => _id));
  expect(
    first.tasks.every(({ owner }) => ids.has(owner)),
    'owners are there',
  ).toBe(true);
  await scene.belay('env', 'seed', 'staging', '--rows', '20', '--seed', '7');
  expect(withoutIds((await documents()).users)).toEqual(withoutIds(first.users));
  expect(withoutIds((await documents()).tasks)).toEqual(withoutIds(first.tasks));
  await scene.belay('env', 'seed', 'staging', '--rows', '20', '--seed', '8');
  expect(withoutIds((await documents()).users)).not.toEqual(withoutIds(first.users));
});

const documents = async () => ({
  users: await staging().documents('users'),
  tasks: await staging().documents('tasks'),
});

/** Ids and times are the deployment's own, and so is what refers to them. */
const withoutIds = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ _id, _creationTime, owner: _owner, parent: _parent, ...rest }) => rest);

test('one table is filled with references to what the others hold', async () => {
  const before = await staging().documents('users');
  const ran = await scene.belay('env', 'seed', 'staging', '--table', 'tasks', '--rows', '5');
  expect(ran.code, ran.err).toBe(0);
  const tasks = await staging().documents('tasks');
  expect(tasks).toHaveLength(5);
  expect(await staging().documents('users')).toEqual(before);
  expect(tasks.every(({ owner }) => before.some(({ _id }) => _id === owner))).toBe(true);
  const wrong = await scene.belay('env', 'seed', 'staging', '--table', 'task');
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('did you mean tasks?');
});

test('production is not filled by mistake', async () => {
  const named = await scene.belay('env', 'seed', 'production', '--rows', '1');
  expect(named.code).toBe(3);
  expect(named.err).toContain('--yes-production');
  // Another name for the same deployment does not help.
  scene.write('other.yml', `${scene.config()}  prod2:\n    extends: production\n`);
  const other = await scene.belay('env', 'seed', 'prod2', '--config', 'other.yml');
  expect(other.code).toBe(3);
  expect(other.err).toContain('says that it is a production deployment');
});

test('the same release goes to production: not bundled again, and on record', async () => {
  const before = scene.bundled();
  const promoted = await scene.belay('promote', 'staging', 'production', '--json');
  expect(promoted, promoted.err).toMatchObject({ code: 0 });
  expect(promoted.json()).toMatchObject({ outcome: 'committed' });
  expect(scene.bundled(), 'nothing was bundled').toBe(before);
  expect(production().modules()).toEqual(staging().modules());
  const [latest] = (await scene.belay('history', '--env', 'production', '--json')).json<{
    deployments: { kind: string }[];
  }>().deployments;
  expect(latest).toMatchObject({ kind: 'promote', outcome: 'committed' });
});

test('what differs is told, and no value', async () => {
  await setOnConvex('staging', { MAIL_KEY: 'mail-test-1', ONLY_HERE: '1' });
  await setOnVercel('shop-staging', { STRIPE_KEY: 'sk_live_1' });
  const same = (await scene.belay('env', 'diff', 'staging', 'production', '--json')).json<Diff>();
  expect(find(same, 'commit')).toMatchObject({ result: 'same' });
  expect(find(same, 'MAIL_KEY')).toMatchObject({ result: 'differs', target: 'backend' });
  expect(find(same, 'ONLY_HERE')).toMatchObject({ result: 'only in A' });
  expect(find(same, 'STRIPE_KEY')).toMatchObject({ result: 'same', target: 'web' });
  expect(find(same, 'CONVEX_URL')).toMatchObject({ result: 'differs' });
  expect(find(same, 'users')).toMatchObject({ area: 'schema', result: 'same' });
  scene.repository.commit(app('two', ', age: v.optional(v.number())'));
  await scene.belay('deploy', '--env', 'staging');
  const ran = await scene.belay('env', 'diff', 'staging', 'production');
  expect(ran.out).toMatch(/schema +backend +users +differs/);
  expect(ran.out).toMatch(/functions +backend +shop\.js +differs/);
  expect(ran.out).toMatch(/variables +backend +ONLY_HERE +only in staging/);
  expect(Math.max(...ran.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const secret of [...SECRETS(), 'mail-test-1']) expect(ran.out, 'no secret').not.toContain(secret);
  scene.variables['VERCEL_TOKEN'] = 'wrong';
  const unsure = (await scene.belay('env', 'diff', 'staging', 'production', '--json')).json<Diff>();
  scene.variables['VERCEL_TOKEN'] = scene.vercel.token;
  expect(unsure.differences.filter(({ target }) => target === 'web').map(({ result }) => result)).toEqual([
    'cannot tell',
    'cannot tell',
  ]);
});

interface Diff {
  readonly differences: readonly { item: string; result: string; target?: string }[];
}
const find = ({ differences }: Diff, item: string) => differences.find((one) => one.item === item);

test('a copy of production names nobody, keeps who is who, and needs a word for free texts', async () => {
  await production().insert('users', [
    { name: 'Ada Lovelace', email: 'ada@true.example', phone: '+44 20 7946 0000', bio: 'Met Charles in 1833' },
    { name: 'Ada Lovelace', email: 'other@true.example' },
  ]);
  const users = await production().documents('users');
  const owner = String(users[0]?.['_id']);
  await production().insert('tasks', [
    { title: 'Call Ada', done: false, owner, status: 'open', dueAt: 1, votes: 3n, tags: [] },
  ]);
  const before = await staging().documents('users');
  const copy = ['env', 'seed', 'staging', '--from', 'production'] as const;
  expect((await scene.belay(...copy)).code, 'never as they are').toBe(2);
  const refused = await scene.belay(...copy, '--anonymise');
  expect(refused.code).toBe(3);
  expect(refused.err).toContain('users.bio: text, 1 times');
  expect(refused.err).toContain('tasks.title: text, 1 times');
  expect(refused.err, 'no value').not.toContain('Charles');
  expect(await staging().documents('users'), 'nothing was written').toEqual(before);
  scene.write('rules.yml', 'users.bio: text\n');
  const done = await scene.belay(...copy, '--anonymise', '--rules', 'rules.yml', '--keep', 'tasks.title', '--json');
  expect(done, done.err).toMatchObject({ code: 0 });
  const copied = await staging().documents('users');
  expect(JSON.stringify(copied)).not.toMatch(/Lovelace|true\.example|7946|Charles/);
  expect(copied.map(({ _id }) => _id)).toEqual(users.map(({ _id }) => _id));
  expect(copied[0]?.['name'], 'the same name is the same again').toBe(copied[1]?.['name']);
  expect(copied[0]?.['email']).not.toBe(copied[1]?.['email']);
  expect(await staging().documents('tasks')).toMatchObject([{ title: 'Call Ada', owner, status: 'open', dueAt: 1 }]);
});

test('what is not healthy, or not what was deployed, is not promoted', async () => {
  const push = await scene.belay('promote', 'staging');
  expect(push.code).toBe(2);
  expect(push.err).toContain('belay promote staging production');
  const before = scene.config();
  scene.write('belay.yml', `${before.trimEnd()}\n    checks:\n      critical_queries: ["shop:gone"]\n`);
  const sick = await scene.belay('promote', 'staging', 'production');
  scene.write('belay.yml', before);
  expect(sick.code).toBe(1);
  expect(sick.err).toContain('does not pass the checks of staging');
  staging().allow(readFileSync(join(scene.folder, '.belay/secrets/staging-backend'), 'utf8').trim(), false);
  const gone = await scene.belay('promote', 'staging', 'production');
  expect(gone.code).not.toBe(0);
  expect(gone.err + gone.out).toContain('refuses the key');
});
