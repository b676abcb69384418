/** Two commits of a real repository → what a deployment is told: findings with their places, and the way back. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectCommits, type InspectOptions } from '../../../src/compatibility/inspect-commits.ts';
import { EVERYTHING } from '../../../src/compatibility/scope.ts';
import { createExec } from '../../../src/util/exec.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-inspect-'));
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: readonly string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Mia', '-c', 'user.email=mia@shop.example', ...args], {
    encoding: 'utf8',
  }).trim();

function commit(files: Readonly<Record<string, string | null>>): { readonly commit: string } {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (text === null) rmSync(join(folder, path));
    else writeFileSync(join(folder, path), text);
  }
  git('add', '--all');
  git('commit', '--quiet', '--message', 'a change');
  return { commit: git('rev-parse', 'HEAD') };
}

const inspect = (from: { commit: string }, to: { commit: string }, more: Partial<InspectOptions> = {}) =>
  inspectCommits(
    {
      exec: createExec({ PATH: process.env.PATH ?? '' }),
      path: folder,
      scope: () => null,
      snapshots: { postgres: false },
      ...more,
    },
    from,
    to,
  );

interface Table {
  readonly fields: Readonly<Record<string, boolean>>;
  readonly staged?: Readonly<Record<string, boolean>>;
}

/** An exported Convex schema: fields by name, true for those that may be left out. */
function convex(tables: Readonly<Record<string, Table>>): string {
  const typeOf = (fields: Readonly<Record<string, boolean>>) => ({
    type: 'object',
    value: Object.fromEntries(
      Object.entries(fields).map(([name, optional]) => [name, { fieldType: { type: 'string' }, optional }]),
    ),
  });
  return JSON.stringify({
    schemaValidation: true,
    tables: Object.entries(tables).map(([tableName, { fields, staged }]) => ({
      tableName,
      indexes: [],
      stagedDbIndexes: [],
      searchIndexes: [],
      stagedSearchIndexes: [],
      vectorIndexes: [],
      stagedVectorIndexes: [],
      documentType: typeOf(fields),
      ...(staged ? { stagedDocumentType: typeOf(staged) } : {}),
    })),
  });
}

const FILE = 'belay.schema.json';

test('Convex: a required field that is new is breaking, and says how to show that it is migrated', async () => {
  const one = commit({ [FILE]: convex({ users: { fields: { name: false } } }) });
  const two = commit({ [FILE]: convex({ users: { fields: { name: false, email: false } } }) });
  const found = await inspect(one, two);
  expect(found).toMatchObject({ rollbackClass: 'forward-only', because: expect.stringContaining('users') });
  const [finding] = found?.findings.filter(({ level }) => level === 'breaking') ?? [];
  expect(finding?.place).toBe('users.email');
  expect(finding?.recipe.join('\n')).toContain('lib:getStatus');
});

test('Convex: a narrowing whose validator was staged by the live release may be complete: nobody can tell here', async () => {
  const staged = { name: false };
  const one = commit({ [FILE]: convex({ users: { fields: { name: true }, staged } }) });
  const two = commit({ [FILE]: convex({ users: { fields: staged } }) });
  const levels = (await inspect(one, two))?.findings.map(({ level }) => level);
  expect(levels).toContain('unknown');
  expect(levels).not.toContain('breaking');
});

test('Convex: whether a removed table holds documents is not in the schema, so it is no pass', async () => {
  const one = commit({ [FILE]: convex({ users: { fields: {} }, old: { fields: {} } }) });
  const two = commit({ [FILE]: convex({ users: { fields: {} } }) });
  expect((await inspect(one, two))?.findings).toContainEqual(
    expect.objectContaining({ level: 'unknown', place: 'old' }),
  );
});

test('a field that clients ask for and that is gone is breaking; code and data come back all the same', async () => {
  const one = commit({ 'api.graphql': 'type Query { a: Int b: Int }' });
  const two = commit({ 'api.graphql': 'type Query { a: Int }' });
  const scope = () => ({ ...EVERYTHING, graphql: ['api.graphql'] });
  expect(await inspect(one, two, { scope })).toMatchObject({
    rollbackClass: 'code-only',
    findings: [{ level: 'breaking', place: 'api.graphql:1' }],
  });
  const three = commit({ 'api.graphql': null });
  expect(await inspect(two, three, { scope })).toMatchObject({ findings: [{ level: 'breaking' }] });
});

test('migrations in a folder of any name are found where it is named', async () => {
  const one = commit({ 'sql/1.sql': 'CREATE TABLE users (id int, email text);' });
  const two = commit({ 'sql/2.sql': 'ALTER TABLE users DROP COLUMN email;' });
  expect((await inspect(one, two))?.summary).toBe('no schema and no migration differs');
  const scope = () => ({ ...EVERYTHING, migrations: ['sql'] });
  const named = await inspect(one, two, { scope });
  expect(named).toMatchObject({ rollbackClass: 'forward-only' });
  expect(named?.findings[0]).toMatchObject({ level: 'breaking', place: 'sql/2.sql:1' });
  expect(await inspect(one, two, { scope, snapshots: { postgres: true } })).toMatchObject({
    rollbackClass: 'restore-required',
  });
});

test('a commit that the repository does not have is no pass, and the same commit is nothing to compare', async () => {
  const one = commit({ 'migrations/1.sql': 'CREATE TABLE users (id int);' });
  expect(await inspect({ commit: 'f'.repeat(40) }, one)).toMatchObject({
    rollbackClass: 'forward-only',
    findings: [{ level: 'unknown', why: expect.stringContaining('git does not know it') }],
  });
  expect(await inspect(one, one)).toBeNull();
});

test('a bare repository is compared commit by commit; a Convex schema in it is refused in a sentence', async () => {
  const before = commit({ 'db/migrations/001_users.sql': 'CREATE TABLE users (id int, name text);\n' });
  const after = commit({ 'db/migrations/002_drop.sql': 'ALTER TABLE users DROP COLUMN name;\n' });
  const convexToo = commit({ 'convex/schema.ts': 'export default 1;\n' });
  const bare = join(folder, 'bare.git');
  execFileSync('git', ['clone', '--quiet', '--bare', folder, bare]);
  const found = await inspect(before, after, { path: bare });
  expect(found?.findings[0]).toMatchObject({ level: 'breaking', place: 'db/migrations/002_drop.sql:1' });
  const refused = await inspect(after, convexToo, { path: bare });
  expect(refused?.findings).toMatchObject([
    { level: 'unknown', why: expect.stringContaining('no installed packages') },
  ]);
});

test('what the live deployment says of its migrations decides about a narrowing', async () => {
  const before = commit({ 'belay.schema.json': convex({ users: { fields: { name: true } } }) });
  const after = commit({ 'belay.schema.json': convex({ users: { fields: { name: false } } }) });
  const row = { name: 'fill', table: 'users', error: null, latestEnd: null, processed: 1 };
  const state = (isDone: boolean, latestStart: number) => ({
    migrated: () => Promise.resolve({ migrations: [{ ...row, isDone, latestStart }], staged: {} }),
  });
  const worst = async (more: Partial<InspectOptions>) =>
    (await inspect(before, after, more))?.findings.some(({ level }) => level === 'breaking');
  expect(await worst(state(true, Date.now() + 60_000))).toBe(false);
  expect(await worst(state(false, Date.now() + 60_000))).toBe(true);
  expect(await worst(state(true, 5_000))).toBe(true);
  expect(await worst({})).toBe(true);
});
