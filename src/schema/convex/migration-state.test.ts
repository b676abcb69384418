/** What counts as a migrated table, and what does not. */
import { expect, test } from 'vitest';
import { migratedTable, readMigrationState } from './migration-state.ts';

const LIVE = 1_000;
const row = (more: Readonly<Record<string, unknown>> = {}) => ({
  name: 'migrations:fillName',
  table: 'users',
  cursor: null,
  isDone: true,
  processed: 40,
  latestStart: 2_000,
  latestEnd: 3_000,
  ...more,
});
const judge = (json: unknown, table = 'users') => migratedTable(readMigrationState(json), table, LIVE);

test.each([
  ['one that is done', [row()], true, 'fillName is done, 40 documents'],
  ['one that is running', [row({ isDone: false, latestEnd: undefined })], false, 'not done'],
  ['one that failed', [row({ isDone: false, error: 'no name' })], false, 'failed: no name'],
  ['one from before the live release', [row({ latestStart: 500, latestEnd: 600 })], false, 'another change'],
  ['a second one that is not done', [row(), row({ name: 'b', isDone: false })], false, 'b is not done'],
  ['a validated staged schema', { staged: { users: 'validated' } }, true, 'validated every document'],
  ['a staged schema on its way', { staged: { users: 'validating' } }, false, 'not yet looked'],
  ['a staged schema that failed', { staged: { users: 'failed' } }, false, 'in the way'],
  ['the words of getStatus', { migrations: [{ name: 'a', table: 'users', state: 'success' }] }, true, 'a is done'],
])('%s', (_, json, done, why) => {
  expect(judge(json)).toEqual({ done, why: expect.stringContaining(why) });
});

test('another table, and a state that names no table, say nothing', () => {
  expect(judge([row()], 'posts')).toBeNull();
  expect(judge([row({ table: undefined })])).toBeNull();
});

test.each([[null], [{}], [[{ isDone: true }]], [[{ name: 'a' }]], [{ staged: { users: 'perhaps' } }]])(
  'what is no state is refused: %j',
  (json) => {
    expect(() => readMigrationState(json)).toThrow(/expected|none of/);
  },
);
