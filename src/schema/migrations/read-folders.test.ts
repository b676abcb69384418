/** Migration folders as the tools leave them: order, what is pending, what was tampered with, what can be read. */
import { expect, test } from 'vitest';
import { checkPostgres } from '../postgres/check.ts';
import { compareHistory } from './history.ts';
import { readFolders } from './read-folders.ts';

const read = (files: Record<string, string>) => {
  const [folder] = readFolders(Object.entries(files).map(([path, text]) => ({ path, text })));
  if (!folder) throw new Error('not recognised');
  return folder;
};
const names = (files: Record<string, string>) => read(files).migrations.map((one) => one.name);

test('prisma: a folder each; a single statement runs without a transaction', () => {
  const folder = read({
    'prisma/migrations/20260102000000_second/migration.sql': 'CREATE INDEX CONCURRENTLY a ON b (c);',
    'prisma/migrations/20260101000000_first/migration.sql': 'CREATE TABLE b (c int); CREATE TABLE d (e int);',
    'prisma/migrations/migration_lock.toml': '',
  });
  expect(folder.tool).toBe('prisma');
  expect(folder.migrations.map((one) => [one.name, one.transaction])).toEqual([
    ['20260101000000_first', true],
    ['20260102000000_second', false],
  ]);
});

test('drizzle: the journal decides the order, and a file that it does not name never runs', () => {
  const journal = JSON.stringify({
    entries: [
      { idx: 0, tag: '0000_b' },
      { idx: 1, tag: '0001_a' },
    ],
  });
  const folder = read({
    'drizzle/meta/_journal.json': journal,
    'drizzle/0001_a.sql': '',
    'drizzle/0000_b.sql': '',
    'drizzle/0002_x.sql': '',
  });
  expect(folder.tool).toBe('drizzle');
  expect(folder.migrations.map((one) => one.name)).toEqual(['0000_b', '0001_a']);
  expect(folder.oddities).toMatchObject([{ rule: 'not-listed', path: 'drizzle/0002_x.sql' }]);
});

test('flyway: versions are numbers, repeatable migrations come last', () => {
  expect(names({ 'sql/V10__c.sql': '', 'sql/V2__a.sql': '', 'sql/V2_1__b.sql': '', 'sql/R__views.sql': '' })).toEqual([
    'V2__a',
    'V2_1__b',
    'V10__c',
    'R__views',
  ]);
});

test('plain: gaps and equal numbers are told, ways back are left out', () => {
  const folder = read({
    'migrations/001_a.up.sql': '',
    'migrations/001_a.down.sql': '',
    'migrations/002_b.sql': '',
    'migrations/002_c.sql': '',
    'migrations/005_d.sql': '',
  });
  expect(folder.migrations.map((one) => one.name)).toEqual(['001_a', '002_b', '002_c', '005_d']);
  expect(folder.oddities.map((one) => `${one.rule} ${one.name}`)).toEqual(['duplicate 002_c', 'gap 005_d']);
});

test('the way back in the same file is not run', async () => {
  const { migrations } = read({
    'migrations/1700000000000_a.sql':
      '-- Up Migration\nALTER TABLE t ADD COLUMN b int;\n-- Down Migration\nDROP TABLE t;',
  });
  const report = await checkPostgres({ base: 'CREATE TABLE t (a int);', migrations });
  expect(report.destroysData).toBe(false);
  expect(report.lock).toBe('ACCESS EXCLUSIVE');
});

test('only what the baseline has not applied is new; what was applied and changed since is told', () => {
  const before = read({
    'migrations/000_gone.sql': '',
    'migrations/001_a.sql': 'A before',
    'migrations/003_c.sql': 'C',
  });
  const after = read({
    'migrations/001_a.sql': 'A',
    'migrations/002_b.sql': 'B',
    'migrations/003_c.sql': 'C',
    'migrations/004_d.sql': 'D',
  });
  const { added, edited, removed, early } = compareHistory(before, after);
  const named = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  expect(named(added)).toEqual(['002_b', '004_d']);
  expect(named(edited)).toEqual(['001_a']);
  expect(named(removed)).toEqual(['000_gone']);
  expect(named(early)).toEqual(['002_b']);
});

test('flyway: a repeatable migration runs again when it was changed, and an old gap is no news', () => {
  const before = read({ 'sql/V1__a.sql': '', 'sql/V4__b.sql': '', 'sql/R__v.sql': 'CREATE VIEW v AS SELECT 1' });
  const after = read({ 'sql/V1__a.sql': '', 'sql/V4__b.sql': '', 'sql/R__v.sql': 'CREATE VIEW v AS SELECT 2' });
  const history = compareHistory(before, after);
  expect(history).toMatchObject({ added: [{ name: 'R__v' }], edited: [], early: [], oddities: [] });
});

const RAILS = `class Shop < ActiveRecord::Migration[8.0]
  def change
    create_table :carts, id: :uuid do |t|
      t.string :name, null: false, limit: 50
      t.references :user, null: false, foreign_key: true
      t.timestamps
    end
    add_column :users, :age, :integer, null: false, default: 0
    add_index :users, [:name, :age], unique: true
    change_column_null :users, :name, false
    execute <<~SQL
      UPDATE users SET name = ''
    SQL
    reversible do |dir|
      dir.up do
        execute "UPDATE users SET age = 1"
      end
      dir.down { execute "DROP TABLE users" }
      dir.down do
        execute "DROP TABLE users"
      end
    end
    change_table(:users) { |t| t.magic }
  end
end`;

test('rails: basic forms are read, the rest is said to be unknown', async () => {
  const folder = read({ 'db/migrate/20260101000000_shop.rb': RAILS });
  expect(folder.tool).toBe('rails');
  const base = 'CREATE TABLE users (id bigserial PRIMARY KEY, name varchar);';
  const report = await checkPostgres({ base, migrations: folder.migrations });
  expect(report).toMatchObject({
    hazard: 'long-lock',
    lock: 'ACCESS EXCLUSIVE',
    work: 'index-build',
    oldCode: 'breaks',
  });
  const rules = report.findings.map((one) => one.rule);
  expect(rules).toEqual(
    expect.arrayContaining(['index-blocks-writes', 'not-null-scans', 'refuses-null', 'cannot-tell']),
  );
  expect(report.findings.find((one) => one.rule === 'cannot-tell')).toMatchObject({
    line: 23,
    why: expect.stringContaining('change_table'),
  });
  expect(report.findings.find((one) => one.rule === 'index-blocks-writes')?.line).toBe(9);
  expect(report.findings.map(({ rule }) => rule)).not.toContain('table-gone');
});

test('rails: the dump is the base, with what it does not have yet', async () => {
  const add = (name: string) =>
    `class A < ActiveRecord::Migration[8.0]\n  def change\n    add_column :users, :${name}, :text\n  end\nend`;
  const migrations = { 'db/migrate/20260101000000_a.rb': add('a'), 'db/migrate/20260102000000_b.rb': add('b') };
  const ruby = `ActiveRecord::Schema[8.0].define(version: 2026_01_01_000000) do
  enable_extension "plpgsql"
  create_table "users", force: :cascade do |t|
    t.string "email", null: false
    t.text "a"
    t.datetime "created_at", null: false
    t.index ["email"], name: "index_users_on_email", unique: true
  end
end`;
  const sql = `CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, email varchar NOT NULL, a text);
INSERT INTO "schema_migrations" (version) VALUES ('20260101000000');`;
  const dumps: Record<string, string>[] = [{ 'db/schema.rb': ruby }, { 'db/structure.sql': sql }];
  for (const dump of dumps) {
    const base = read({ ...dump, ...migrations }).dump ?? '';
    const judge = (one: string) =>
      checkPostgres({
        base,
        migrations: [{ name: 'c', sql: `ALTER TABLE users DROP COLUMN ${one}`, transaction: true }],
      });
    for (const there of ['email', 'a', 'b'])
      expect(await judge(there)).toMatchObject({ baseUnderstood: true, hazard: 'brief-lock' });
    expect(await judge('c')).toMatchObject({ hazard: 'fails' });
  }
});

test('knex: raw SQL is read, other calls cannot be told', async () => {
  const text = (body: string) => ({
    'migrations/20260101000000_a.js': `exports.up = async (knex) => { ${body} };\nexports.down = (knex) => knex.raw('DROP TABLE t');`,
  });
  const base = 'CREATE TABLE t (a int);';
  const judge = (body: string) => checkPostgres({ base, migrations: read(text(body)).migrations });
  expect(await judge("await knex.raw('ALTER TABLE t ADD b int')")).toMatchObject({
    hazard: 'brief-lock',
    destroysData: false,
  });
  expect(await judge("await knex.schema.alterTable('t', (x) => x.integer('c'))")).toMatchObject({ hazard: 'unknown' });
});

test('code on its lines: what is read, what is not, and no way back whatever comes first', async () => {
  const text = `exports.down = (pgm) => {
  pgm.sql('DROP TABLE t');
};
exports.up = (pgm) => {
  pgm.noTransaction();
  // belay: allow long-lock until 2027-01-01 because it is small
  pgm.sql(\`CREATE INDEX CONCURRENTLY i
    ON t (a)\`);
  pgm.addColumns('t', { b: 'int' });
};`;
  const folder = read({ 'migrations/1700000000000_a.js': text });
  expect(folder.tool).toBe('node-pg-migrate');
  const [migration] = folder.migrations;
  expect(migration?.transaction).toBe(false);
  expect(migration?.sql.split('\n')[5]).toContain('-- belay: allow');
  const report = await checkPostgres({ base: 'CREATE TABLE t (a int);', migrations: folder.migrations });
  expect(report.destroysData).toBe(false);
  expect(report.findings).toMatchObject([{ rule: 'cannot-tell', line: 9 }]);
});

test('code that speaks to another kind of database is no migration', () => {
  const file = {
    path: 'migrations/20260101000000-users.js',
    text: 'module.exports.up = (db) => db.collection("users")',
  };
  expect(readFolders([file])).toEqual([]);
});
