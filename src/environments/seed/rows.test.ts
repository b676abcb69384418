import { expect, test } from 'vitest';
import type { Json, ValidatorJson } from '../../schema/convex/validator.ts';
import { createFaker, linesOf } from './rows.ts';
import { tableOrder } from './table-order.ts';

const field = (fieldType: ValidatorJson, optional = false) => ({ fieldType, optional });
const string: ValidatorJson = { type: 'string' };
const id = (tableName: string): ValidatorJson => ({ type: 'id', tableName });
const object = (value: Record<string, ReturnType<typeof field>>): ValidatorJson => ({ type: 'object', value });

async function rows(type: ValidatorJson, ids: Record<string, string[]> = {}, seed = 1, table = 'users') {
  const faker = (await createFaker(seed))(table);
  const lines = [...linesOf({ table, type, rows: 30 }, faker, (other) => ids[other] ?? [])];
  return lines.map((line) => JSON.parse(line) as Record<string, Json>);
}

test('a name says what is in a field', async () => {
  const type = object({
    email: field(string),
    price: field({ type: 'number' }),
    createdAt: field({ type: 'number' }),
    websiteUrl: field(string),
    rating: field({ type: 'number' }),
  });
  for (const row of await rows(type)) {
    expect(row['email']).toMatch(/^[^@\s]+@example\.com$/);
    expect(row['price']).toBeGreaterThan(0);
    expect(new Date(Number(row['createdAt'])).getUTCFullYear()).toBe(2025);
    expect(row['websiteUrl']).toMatch(/^https:\/\/example\.com\//);
    expect([1, 2, 3, 4, 5]).toContain(row['rating']);
  }
});

test('the same seed gives the same, another another, and each table its own', async () => {
  const type = object({
    name: field(string),
    nick: field(string, true),
    list: field({ type: 'array', value: string }),
  });
  expect(await rows(type)).toEqual(await rows(type));
  expect(await rows(type, {}, 2)).not.toEqual(await rows(type));
  expect(await rows(type, {}, 1, 'members')).not.toEqual(await rows(type));
});

test('every kind of validator gets a value of it', async () => {
  const type = object({
    int: field({ type: 'bigint' }),
    bytes: field({ type: 'bytes' }),
    kind: field({
      type: 'union',
      value: [{ type: 'literal', value: 'a' }, { type: 'literal', value: 'b' }, { type: 'null' }],
    }),
    map: field({ type: 'record', keys: string, values: field({ type: 'boolean' }) }),
    ref: field({ type: 'union', value: [id('gone'), { type: 'null' }] }),
    owner: field(id('people')),
  });
  const made = await rows(type, { people: ['p1', 'p2'] });
  expect(new Set(made.map((row) => row['kind']))).toEqual(new Set(['a', 'b', null]));
  expect(new Set(made.map((row) => row['owner']))).toEqual(new Set(['p1', 'p2']));
  for (const row of made) {
    expect(Buffer.from((row['int'] as { $integer: string }).$integer, 'base64')).toHaveLength(8);
    expect(row['ref'], 'there is no document of it').toBeNull();
    expect(Object.values(row['map'] as object).every((value) => typeof value === 'boolean')).toBe(true);
  }
});

test('what cannot be there is left out where it may, else said', async () => {
  expect((await rows(object({ ref: field(id('gone'), true) }))).every((row) => !('ref' in row))).toBe(true);
  await expect(rows(object({ file: field(id('_storage')) }))).rejects.toMatchObject({ code: 'SCHEMA_UNREADABLE' });
});

test('tables are filled behind those that they need', () => {
  const types = new Map([
    ['comments', object({ task: field(id('tasks')), parent: field(id('comments'), true) })],
    ['tasks', object({ owner: field(id('users')), latest: field(id('comments'), true) })],
    ['users', object({ name: field(string) })],
    ['plans', object({})],
  ]);
  const groups = tableOrder(types, new Set());
  expect(groups.flat().toSorted()).toEqual(['comments', 'plans', 'tasks', 'users']);
  const at = (table: string) => groups.findIndex((group) => group.includes(table));
  expect(at('users')).toBeLessThan(at('tasks'));
  expect(at('tasks')).toBeLessThan(at('comments'));
});

test('a circle of required references, and one into nothing, are told', () => {
  const circle = new Map([
    ['a', object({ b: field(id('b')) })],
    ['b', object({ a: field(id('a')) })],
  ]);
  expect(() => tableOrder(circle, new Set())).toThrow(
    expect.objectContaining({ details: ['a needs a document of b', 'b needs a document of a'] }),
  );
  const alone = new Map([['tasks', object({ owner: field(id('users')) })]]);
  expect(() => tableOrder(alone, new Set())).toThrow('tasks cannot be filled');
  expect(tableOrder(alone, new Set(['users']))).toEqual([['tasks']]);
});
