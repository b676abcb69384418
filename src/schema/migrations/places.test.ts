/** Which files are migrations, in which order they run, and which part of them. */
import { expect, test } from 'vitest';
import { compareHistory } from './history.ts';
import { placeOf } from './places.ts';
import { readFolders } from './read-folders.ts';

const PATHS: readonly (readonly [string, string | null])[] = [
  ['prisma/migrations/20250101_init/migration.sql', 'prisma/migrations · 20250101_init'],
  ['drizzle/0000_plain_hulk.sql', 'drizzle · 0000_plain_hulk'],
  ['supabase/migrations/20250101120000_users.sql', 'supabase/migrations · 20250101120000_users'],
  ['db/migrate/001_users.up.sql', 'db/migrate · 001_users'],
  ['src/main/resources/db/V1_2__users.sql', 'src/main/resources/db · V1_2__users'],
  ['migrations/1.sql', 'migrations · 1'],
  ['db/migrate/001_users.down.sql', null],
  ['db/seeds/001_users.sql', null],
  ['migrations/readme.sql', null],
  ['migrations/001_users.rb', null],
  ['db/migrate/20260101000000_users.rb', 'db/migrate · 20260101000000_users'],
  ['db/animals_migrate/20260101000000_cats.rb', 'db/animals_migrate · 20260101000000_cats'],
  ['sql/R__views.sql', 'sql · R__views'],
  ['migrations/20260101000000_users.ts', 'migrations · 20260101000000_users'],
  ['migrations/1700000000000_users.cjs', 'migrations · 1700000000000_users'],
  ['migrations/20260101000000_users.d.ts', null],
  ['migrations/001_users.ts', null],
];

test.each(PATHS)('%s', (path, told) => {
  const found = placeOf(path);
  expect(found && `${found.folder} · ${found.name}`).toBe(told);
});

const file = (name: string, text = 'SELECT 1;') => ({ path: `migrations/${name}`, text });
const namesOf = (names: readonly string[]) =>
  readFolders(names.map((name) => file(name)))[0]?.migrations.map((one) => one.name);

test('numbers are compared as numbers, versions part by part', () => {
  expect(namesOf(['10_b.sql', '9_a.sql', '100_c.sql'])).toEqual(['9_a', '10_b', '100_c']);
  expect(namesOf(['V1.10__b.sql', 'V1.9__a.sql', 'V2__c.sql'])).toEqual(['V1.9__a', 'V1.10__b', 'V2__c']);
});

test.each(['-- +goose Up|-- +goose Down', '-- migrate:up|-- migrate:down', '-- Up Migration|-- Down Migration'])(
  'only the way up runs, on its own lines: %s',
  (marks) => {
    const [up, down] = marks.split('|');
    const [folder] = readFolders([file('1_a.sql', `${up}\nCREATE TABLE a ();\n${down}\nDROP TABLE a;\n`)]);
    const sql = folder?.migrations[0]?.sql ?? '';
    expect(sql.split('\n')[1]).toBe('CREATE TABLE a ();');
    expect(sql).not.toContain('DROP');
  },
);

test.each([
  ['-- +goose NO TRANSACTION\n-- +goose Up\n', false],
  ['-- migrate:up transaction:false\n', false],
  ['-- atlas:txmode none\n', false],
  ['CREATE TABLE a ();\n', true],
])('whether it runs in a transaction: %s', (text, transaction) => {
  expect(readFolders([file('1_a.sql', text)])[0]?.migrations[0]?.transaction).toBe(transaction);
});

test('line ends do not make an edit', () => {
  const [before, after] = ['SELECT 1;\nSELECT 2;\n', 'SELECT 1;\r\nSELECT 2;\r\n'].map(
    (text) => readFolders([file('1_a.sql', text)])[0],
  );
  expect(compareHistory(before, after).edited).toEqual([]);
});
