import { expect, test } from 'vitest';
import { diffGraphql, UnreadableGraphql } from './index.ts';

const BASE = 'type Query { user(id: ID!): User }\ntype User { id: ID! name: String }\n';
const places = (changes: readonly { type: string; path: string }[]) =>
  changes.map(({ type, path }) => `${type} ${path}`);

test('a field that is added works for old clients, and is missed by new ones after a rollback', () => {
  const report = diffGraphql(BASE, BASE.replace('name: String', 'name: String email: String'));
  expect(report.oldClients).toBe('work');
  expect(report.forward).toEqual({ breaking: [], dangerous: [] });
  expect(report.rollback).toBe('breaks-new-clients');
  expect(places(report.backward.breaking)).toEqual(['FIELD_REMOVED User.email']);
});

test('a field that is removed breaks old clients, and going back is safe', () => {
  const report = diffGraphql(BASE, BASE.replace('name: String', ''));
  expect(report.oldClients).toBe('break');
  expect(report.forward.breaking).toEqual([
    { type: 'FIELD_REMOVED', description: 'User.name was removed.', path: 'User.name' },
  ]);
  expect(report.rollback).toBe('safe');
});

test('a label that is added is dangerous forwards, and a breaking removal backwards', () => {
  const before = 'enum Color { RED }\ntype Query { color: Color }';
  const report = diffGraphql(before, before.replace('RED', 'RED GREEN'));
  expect(report.oldClients).toBe('work');
  expect(places(report.forward.dangerous)).toEqual(['VALUE_ADDED_TO_ENUM Color.GREEN']);
  expect(places(report.backward.breaking)).toEqual(['VALUE_REMOVED_FROM_ENUM Color.GREEN']);
});

test('output may become stricter, input may not', () => {
  const output = diffGraphql(BASE, BASE.replace('name: String', 'name: String!'));
  expect([output.oldClients, output.rollback]).toEqual(['work', 'breaks-new-clients']);
  const before = 'input New { name: String }\ntype Query { add(new: New): Int }';
  const input = diffGraphql(before, before.replace('name: String', 'name: String!'));
  expect(input.oldClients).toBe('break');
});

test.each([
  ['type Query { a(x: Int): Int }', 'type Query { a(x: Int, y: Int!): Int }', 'REQUIRED_ARG_ADDED Query.a(y)'],
  ['type Query { a(x: Int): Int }', 'type Query { a: Int }', 'ARG_REMOVED Query.a(x)'],
  [
    'type A { a: Int } union U = A type Query { u: U a: A }',
    'type A { a: Int } type B { b: Int } union U = B type Query { u: U a: A }',
    'TYPE_REMOVED_FROM_UNION U',
  ],
  [
    'directive @old(a: Int) on FIELD type Query { a: Int }',
    'directive @old on FIELD type Query { a: Int }',
    'DIRECTIVE_ARG_REMOVED @old(a)',
  ],
  ['directive @old on FIELD type Query { a: Int }', 'type Query { a: Int }', 'DIRECTIVE_REMOVED @old'],
  [
    'input I { a: Int } type Query { a(i: I): Int }',
    'input I { a: Int b: Int! } type Query { a(i: I): Int }',
    'REQUIRED_INPUT_FIELD_ADDED I.b',
  ],
])('the place of a change: %s', (before, after, place) => {
  expect(places(diffGraphql(before, after).forward.breaking)).toEqual([place]);
});

test('a mutation that is no longer offered is found although its type is still there', () => {
  const before = 'schema { query: Q mutation: M } type Q { m: M } type M { a: Int }';
  const report = diffGraphql(before, before.replace(' mutation: M', ''));
  expect(places(report.forward.breaking)).toEqual(['ROOT_TYPE_CHANGED mutation']);
});

test('directives that a gateway defines are no fault of the schema', () => {
  const federated = BASE.replace('type User', 'type User @key(fields: "id")');
  expect(diffGraphql(federated, federated).oldClients).toBe('work');
});

test('what cannot be read says which side and which line', () => {
  const broken = () => diffGraphql(BASE, 'type Query {\n  user: \n}');
  expect(broken).toThrow(expect.objectContaining({ name: 'UnreadableGraphql', side: 'new', line: 3 }));
  expect(() => diffGraphql('type Query { user: Person }', BASE)).toThrow(UnreadableGraphql);
  expect(() => diffGraphql('type Query { user: Person }', BASE)).toThrow(/Person/);
  expect(() => diffGraphql('', BASE)).toThrow(UnreadableGraphql);
});
