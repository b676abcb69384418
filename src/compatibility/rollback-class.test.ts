/** The table of docs/schema.md: which change leaves which way back. */
import { expect, test } from 'vitest';
import { diffConvex } from '../schema/convex/index.ts';
import { checkPostgres } from '../schema/postgres/index.ts';
import { convexWayBack, postgresWayBack, wayBackOver } from './rollback-class.ts';

const BASE = 'CREATE TABLE users (id bigint PRIMARY KEY, email text, age int);';

async function ofSql(sql: string, postgres = false) {
  const report = await checkPostgres({ base: BASE, migrations: [{ name: 'm', sql, transaction: true }] });
  return wayBackOver([postgresWayBack(report, ['db/migrations/7.sql'])], { postgres });
}

const SQL: readonly (readonly [string, boolean, string])[] = [
  ['ALTER TABLE users ADD COLUMN note text;', false, 'code-only'],
  ['CREATE TABLE orders (id int);', false, 'code-only'],
  ['ALTER TABLE users DROP COLUMN email;', false, 'forward-only'],
  ['ALTER TABLE users DROP COLUMN email;', true, 'restore-required'],
  ['ALTER TABLE users RENAME COLUMN email TO mail;', false, 'forward-only'],
  ['DROP TABLE users;', true, 'restore-required'],
  ['TRUNCATE users;', false, 'forward-only'],
  ["DO $$ BEGIN EXECUTE 'x' || current_user; END $$;", false, 'forward-only'],
];

test.each(SQL)('%s (snapshot: %s) is %s', async (sql, snapshot, expected) => {
  expect((await ofSql(sql, snapshot)).class).toBe(expected);
});

test('the reason names file, line and change', async () => {
  expect((await ofSql('\nALTER TABLE users DROP COLUMN email;')).because).toMatch(
    /^db\/migrations\/7\.sql:2: data is destroyed: .*users\.email/,
  );
});

type Fields = Readonly<Record<string, readonly [type: string, optional: boolean]>>;

function schema(fields: Fields): unknown {
  const value = Object.fromEntries(
    Object.entries(fields).map(([name, [type, optional]]) => [name, { fieldType: { type }, optional }]),
  );
  const table = { tableName: 'users', documentType: { type: 'object', value } };
  const none = { indexes: [], stagedDbIndexes: [], searchIndexes: [], stagedSearchIndexes: [] };
  return { tables: [{ ...table, ...none, vectorIndexes: [], stagedVectorIndexes: [] }], schemaValidation: true };
}

const NAME = { name: ['string', false] } as const;

const CONVEX: readonly (readonly [string, Fields, Fields, string])[] = [
  ['no change', NAME, NAME, 'code-only'],
  ['an optional field is added', NAME, { ...NAME, age: ['number', true] }, 'code-only'],
  ['an optional field becomes required', { name: ['string', true] }, NAME, 'code+schema'],
  ['a required field becomes optional', NAME, { name: ['string', true] }, 'restore-required'],
  ['a field changes its type', NAME, { name: ['number', false] }, 'forward-only'],
  ['a part is not understood', NAME, { name: ['quantum', false] }, 'restore-required'],
];

test.each(CONVEX)('Convex: %s', (_what, before, after, expected) => {
  const way = convexWayBack(diffConvex(schema(before), schema(after)));
  expect(way.class).toBe(expected);
  expect(way.because === '').toBe(expected === 'code-only');
});
