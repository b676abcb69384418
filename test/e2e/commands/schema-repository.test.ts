/** schema check, diff and show on a repository: which revisions are compared, what is found in them, how fast. */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createProject, NOOP_CONFIG, type TestProject } from './project.ts';

const MODULES = join(import.meta.dirname, '../../../node_modules');
const SHOP = join(import.meta.dirname, '../../fixtures/schema/shop');

const convex = (fields: string) => `import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export default defineSchema({
  users: defineTable({
    ${fields}
  }),
});
`;

let project: TestProject;
afterEach(() => project.dispose());

interface Checked {
  readonly from: { readonly commit: string | null; readonly told: string };
  readonly to: { readonly commit: string | null; readonly told: string };
  readonly verdict: 'pass' | 'unknown' | 'breaking';
  readonly convex: readonly {
    readonly path: string;
    readonly push: string;
    readonly tables: Record<string, unknown>;
  }[];
  readonly postgres: readonly {
    readonly folder: string;
    readonly migrations: readonly { readonly name: string; readonly hazard: string }[];
    readonly history: Readonly<Record<'edited' | 'removed' | 'outOfOrder', readonly string[]>> & {
      readonly odd: readonly { readonly rule: string; readonly name: string }[];
    };
  }[];
}

const MIGRATIONS = {
  'db/migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n',
  'db/migrations/002_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n',
};

function shop(more: Readonly<Record<string, string>> = {}): TestProject {
  project = createProject({ '.gitignore': '.belay/\nnode_modules\n', ...MIGRATIONS, ...more });
  symlinkSync(MODULES, join(project.path, 'node_modules'), 'dir');
  return project;
}

test('only what the baseline has not applied is judged, on the schema that the baseline made', async () => {
  shop();
  project.commit({ 'db/migrations/003_drop.sql': 'ALTER TABLE users DROP COLUMN email;\n' });
  const checked = await project.json<Checked>(3, 'schema', 'check');
  expect(checked.from.told).toContain('the commit before');
  expect(checked.to).toEqual({ commit: null, told: 'the work tree' });
  expect(checked.verdict).toBe('breaking');
  expect(checked.postgres).toMatchObject([
    { folder: 'db/migrations', migrations: [{ name: '003_drop', destroysData: true, oldCode: 'breaks' }] },
  ]);
});

test('nothing stands in the way when no schema changed, and both sides are said', async () => {
  shop();
  project.commit({ 'README.md': 'more' });
  const { code, stdout } = await project.belay('schema', 'check');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^From [0-9a-f]{7}, the commit before .* to the\s+work tree/);
  expect(stdout).toContain('nothing stands in the way');
});

test('on a branch the baseline is where it left the main one', async () => {
  shop();
  const main = project.git('rev-parse', 'HEAD');
  project.git('switch', '--quiet', '--create', 'topic');
  project.commit({ 'db/migrations/003_a.sql': 'CREATE TABLE a (id int);\n' });
  project.commit({ 'db/migrations/004_b.sql': 'CREATE TABLE b (id int);\n' });
  const checked = await project.json<Checked>(0, 'schema', 'check');
  expect(checked.from).toMatchObject({ commit: main, told: expect.stringContaining('left main') });
  expect(checked.postgres[0]?.migrations.map(({ name }) => name)).toEqual(['003_a', '004_b']);
});

test('what is live decides when a store knows it', async () => {
  shop({ 'belay.yml': NOOP_CONFIG });
  const live = project.git('rev-parse', 'HEAD');
  await project.json(0, 'deploy', '--env', 'production');
  project.commit({ 'db/migrations/003_a.sql': 'CREATE TABLE a (id int);\n' });
  project.commit({ 'README.md': 'more' });
  const checked = await project.json<Checked>(0, 'schema', 'check', '--env', 'production');
  expect(checked.from).toMatchObject({ commit: live, told: expect.stringContaining('live on production') });
  expect(checked.postgres[0]?.migrations.map(({ name }) => name)).toEqual(['003_a']);
  const unnamed = await project.belay('schema', 'check');
  expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--env') });
});

test('a history that was edited, cut or squeezed in is told', async () => {
  shop({ 'db/migrations/004_late.sql': 'CREATE TABLE late (id int);\n' });
  rmSync(join(project.path, 'db/migrations/002_orders.sql'));
  project.commit({
    'db/migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);\n',
    'db/migrations/003_early.sql': 'CREATE TABLE early (id int);\n',
  });
  const [folder] = (await project.json<Checked>(0, 'schema', 'check')).postgres;
  expect(folder?.history).toEqual({
    edited: ['db/migrations/001_users.sql'],
    removed: ['db/migrations/002_orders.sql'],
    outOfOrder: ['db/migrations/003_early.sql'],
    odd: [expect.objectContaining({ rule: 'gap', name: '003_early' })],
  });
});

test('Convex schemas of two commits are loaded and compared, whatever is checked out', async () => {
  shop({ 'convex/schema.ts': convex('email: v.string(),') });
  project.commit({ 'convex/schema.ts': convex('email: v.string(),\n    name: v.string(),') });
  project.commit({ 'convex/schema.ts': 'this is no TypeScript' });
  const compared = await project.json<Checked>(
    3,
    'schema',
    'diff',
    'HEAD~2',
    'HEAD~1',
    '--fail-on',
    'breaking',
    '--sarif',
    'out.sarif',
  );
  expect(compared.convex).toMatchObject([{ path: 'convex/schema.ts', push: 'never' }]);
  const sarif = readFileSync(join(project.path, 'out.sarif'), 'utf8');
  expect(sarif).toMatch(/"uri": "convex\/schema\.ts"[^}]*\}[^}]*"startLine": 7/);
  const broken = await project.belay('schema', 'check');
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('convex/schema.ts cannot be loaded') });
});

test('a narrowing may ship once its documents are migrated, and not before', async () => {
  shop({ 'convex/schema.ts': convex('email: v.optional(v.string()),') });
  project.commit({ 'convex/schema.ts': convex('email: v.string(),') });
  const row = {
    name: 'migrations:fill',
    table: 'users',
    isDone: false,
    processed: 3,
    latestStart: Date.now() + 60_000,
  };
  const checkWith = (text: string) => {
    writeFileSync(join(project.path, 'migrated.json'), text);
    return project.belay('schema', 'check', '--migrated', 'migrated.json');
  };
  expect((await project.belay('schema', 'check')).code).toBe(3);
  expect(await checkWith(JSON.stringify([row]))).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('not done'),
  });
  const lines = [row, row].map((one, at) => JSON.stringify({ ...one, isDone: true, name: `m${at}` })).join('\n');
  expect(await checkWith(lines)).toMatchObject({ code: 0, stdout: expect.stringContaining('m0 is done') });
  expect(await checkWith('{}')).toMatchObject({ code: 2, stderr: expect.stringContaining('convex data') });
});

test('show tells the schema of the work tree and of a commit', async () => {
  shop({ 'convex/schema.ts': convex('email: v.string(),') });
  expect((await project.belay('schema', 'show')).stdout).toContain('email: v.string()');
  project.git('rm', '--quiet', 'convex/schema.ts');
  project.commit({ 'db/migrations/003_age.sql': 'ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0;\n' });
  project.commit({ 'db/migrations/004_none.sql': 'ALTER TABLE users DROP COLUMN age;\n' });
  expect((await project.belay('schema', 'show')).stdout).not.toContain('age int4');
  expect((await project.belay('schema', 'show', 'HEAD~1')).stdout).toContain('age int4 not null default');
});

test('an empty repository and a folder outside of one are told as such', async () => {
  shop();
  rmSync(join(project.path, '.git'), { recursive: true });
  expect(await project.belay('schema', 'check')).toMatchObject({ code: 2, stderr: expect.stringContaining('git') });
  project.git('init', '--quiet');
  expect((await project.belay('schema', 'check')).code).toBe(0);
});

test('a repository with forty migrations is judged by its last one', async () => {
  project = createProject({ '.gitignore': 'node_modules\n' });
  cpSync(SHOP, project.path, { recursive: true });
  project.commit({}, 'the shop');
  project.commit({ 'db/migrations/041_note.sql': 'ALTER TABLE orders ADD COLUMN note text;\n' });
  const checked = await project.json<Checked>(0, 'schema', 'check');
  expect(checked.postgres[0]?.migrations).toMatchObject([{ hazard: 'brief-lock' }]);
});
