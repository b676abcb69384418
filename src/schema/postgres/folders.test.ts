/** Migration folders as the tools leave them: order, what is pending, what was tampered with, what can be read. */
import { expect, test } from 'vitest';
import { checkPostgres } from './check.ts';
import { hashOf, pendingOf, readFolder } from './folders.ts';

const read = (files: Record<string, string>) => {
  const folder = readFolder(Object.entries(files).map(([path, text]) => ({ path, text })));
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
  expect(
    names({
      'drizzle/meta/_journal.json': journal,
      'drizzle/0001_a.sql': '',
      'drizzle/0000_b.sql': '',
      'drizzle/0002_x.sql': '',
    }),
  ).toEqual(['0000_b', '0001_a']);
});

test('flyway: versions are numbers, repeatable migrations come last', () => {
  expect(names({ 'sql/V10__c.sql': '', 'sql/V2__a.sql': '', 'sql/V2_1__b.sql': '', 'sql/R__views.sql': '' })).toEqual([
    'V2__a.sql',
    'V2_1__b.sql',
    'V10__c.sql',
    'R__views.sql',
  ]);
});

test('plain: gaps and equal numbers are told, ways back are left out', () => {
  const folder = read({
    'm/001_a.up.sql': '',
    'm/001_a.down.sql': '',
    'm/002_b.sql': '',
    'm/002_c.sql': '',
    'm/005_d.sql': '',
  });
  expect(folder.migrations.map((one) => one.name)).toEqual(['001_a.up.sql', '002_b.sql', '002_c.sql', '005_d.sql']);
  expect(folder.problems.map((one) => `${one.rule} ${one.path}`)).toEqual(['duplicate m/002_c.sql', 'gap m/005_d.sql']);
});

test('the way back in the same file is not run', async () => {
  const { migrations } = read({
    'm/1700000000000_a.sql': '-- Up Migration\nALTER TABLE t ADD COLUMN b int;\n-- Down Migration\nDROP TABLE t;',
  });
  const report = await checkPostgres({ base: 'CREATE TABLE t (a int);', migrations });
  expect(report.destroysData).toBe(false);
  expect(report.lock).toBe('ACCESS EXCLUSIVE');
});

test('only what the baseline has not applied is judged; what was applied and changed since is told', () => {
  const folder = read({ 'm/001_a.sql': 'A', 'm/002_b.sql': 'B', 'm/003_c.sql': 'C', 'm/004_d.sql': 'D' });
  const applied = [
    { name: '001_a.sql', hash: hashOf('A before') },
    { name: '003_c.sql', hash: hashOf('C') },
    { name: '000_gone.sql', hash: hashOf('') },
  ];
  const pending = pendingOf(folder, applied);
  expect(pending.migrations.map((one) => one.name)).toEqual(['002_b.sql', '004_d.sql']);
  expect(pending.base).toBe('A;\nC;');
  expect(pending.problems.map((one) => `${one.rule} ${one.path}`)).toEqual([
    'edited m/001_a.sql',
    'out-of-order m/002_b.sql',
    'removed 000_gone.sql',
  ]);
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
  expect(report.findings.find((one) => one.rule === 'cannot-tell')?.why).toContain('change_table');
});

test('knex: raw SQL is read, other calls cannot be told', async () => {
  const text = (body: string) => ({
    'm/20260101000000_a.js': `exports.up = async (knex) => { ${body} };\nexports.down = (knex) => knex.raw('DROP TABLE t');`,
  });
  const base = 'CREATE TABLE t (a int);';
  const judge = (body: string) => checkPostgres({ base, migrations: read(text(body)).migrations });
  expect(await judge("await knex.raw('ALTER TABLE t ADD b int')")).toMatchObject({
    hazard: 'brief-lock',
    destroysData: false,
  });
  expect(await judge("await knex.schema.alterTable('t', (x) => x.integer('c'))")).toMatchObject({ hazard: 'unknown' });
});
