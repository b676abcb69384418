/** Pairs of schemas and whether what was written under the one is valid under the other, both ways. */
import { expect, test } from 'vitest';
import { compareJsonSchemas } from './index.ts';
import type { Json, Schema } from './json.ts';

const user = (properties: { readonly [key: string]: Json }, more: { readonly [key: string]: Json } = {}) => ({
  type: 'object',
  properties,
  ...more,
});
const string = { type: 'string' };
const tagged = (kind: string, more: { readonly [key: string]: Json } = {}) => ({
  type: 'object',
  properties: { kind: { const: kind }, ...more },
  required: ['kind'],
});
const tree = (leaf: Schema) => ({
  $ref: '#/$defs/Node',
  $defs: { Node: { type: 'object', properties: { leaf, next: { $ref: '#/$defs/Node' } } } },
});

/** Name, old, new, new accepts old, old accepts new. */
const PAIRS: readonly (readonly [string, Schema, Schema, string, string])[] = [
  ['the same', string, string, 'yes', 'yes'],
  ['everything', true, {}, 'yes', 'yes'],
  ['nothing is inside anything', false, string, 'yes', 'no'],
  ['integer is a number', { type: 'integer' }, { type: 'number' }, 'yes', 'no'],
  ['disjoint types', string, { type: 'number' }, 'no', 'no'],
  ['a type list in another order', { type: ['null', 'string'] }, { type: ['string', 'null'] }, 'yes', 'yes'],
  ['nullable', string, { type: 'string', nullable: true }, 'yes', 'no'],
  ['nullable is a type list', { type: ['string', 'null'] }, { type: 'string', nullable: true }, 'yes', 'yes'],
  ['a type list is anyOf', { type: ['string', 'null'] }, { anyOf: [string, { type: 'null' }] }, 'yes', 'yes'],
  ['a value is added', { enum: ['a'] }, { enum: ['a', 'b'] }, 'yes', 'no'],
  ['const is an enum of one', { const: 'a' }, { enum: ['a'] }, 'yes', 'yes'],
  ['an enum of strings', { enum: ['a', 'b'] }, string, 'yes', 'no'],
  ['boolean is two values', { type: 'boolean' }, { enum: [true, false] }, 'yes', 'yes'],
  ['enums joined by anyOf', { enum: ['a', 'b'] }, { anyOf: [{ const: 'b' }, { const: 'a' }] }, 'yes', 'yes'],
  ['values within bounds', { enum: [1, 2] }, { type: 'number', maximum: 2 }, 'yes', 'no'],
  ['values outside of bounds', { enum: [1, 3] }, { type: 'number', maximum: 2 }, 'no', 'no'],
  ['an optional property is added', user({ a: string }), user({ a: string, b: string }), 'yes', 'yes'],
  ['a required property is added', user({}), user({ b: string }, { required: ['b'] }), 'no', 'yes'],
  ['a property becomes required', user({ b: string }), user({ b: string }, { required: ['b'] }), 'no', 'yes'],
  [
    'a property of a closed object is removed',
    user({ a: string, b: string }, { additionalProperties: false }),
    user({ a: string }, { additionalProperties: false }),
    'no',
    'yes',
  ],
  ['an object is closed', user({ a: string }), user({ a: string }, { additionalProperties: false }), 'no', 'yes'],
  [
    'a map gets another value',
    { type: 'object', additionalProperties: string },
    { type: 'object', additionalProperties: { type: ['string', 'null'] } },
    'yes',
    'no',
  ],
  [
    'a map gets a known name',
    { type: 'object', additionalProperties: { type: 'number' } },
    user({ a: string }),
    'no',
    'no',
  ],
  [
    'items are widened',
    { type: 'array', items: string },
    { type: 'array', items: { type: ['string', 'number'] } },
    'yes',
    'no',
  ],
  ['items are restricted for the first time', { type: 'array' }, { type: 'array', items: string }, 'no', 'yes'],
  ['longer strings', { type: 'string', maxLength: 5 }, { type: 'string', maxLength: 9 }, 'yes', 'no'],
  ['a bound of nothing', string, { type: 'string', minLength: 0 }, 'yes', 'yes'],
  [
    'both dialects of exclusive bounds',
    { type: 'number', exclusiveMinimum: 1 },
    { type: 'number', minimum: 1, exclusiveMinimum: true },
    'yes',
    'yes',
  ],
  ['exclusive is stricter', { type: 'number', exclusiveMinimum: 1 }, { type: 'number', minimum: 1 }, 'yes', 'no'],
  ['a pattern is added', string, { type: 'string', pattern: '^a' }, 'no', 'yes'],
  ['another pattern', { type: 'string', pattern: '^b' }, { type: 'string', pattern: '^a' }, 'unknown', 'unknown'],
  ['a format is added', string, { type: 'string', format: 'uuid' }, 'no', 'yes'],
  ['int32 is int64', { type: 'integer', format: 'int32' }, { type: 'integer', format: 'int64' }, 'yes', 'no'],
  ['a format nobody knows', string, { type: 'string', format: 'iban' }, 'unknown', 'yes'],
  [
    'allOf adds up',
    user({ a: string, b: string }, { required: ['a', 'b'] }),
    { allOf: [user({ a: string }, { required: ['a'] }), user({ b: string }, { required: ['b'] })] },
    'yes',
    'yes',
  ],
  [
    'allOf on the sending side',
    { allOf: [{ type: 'number', minimum: 2 }, { maximum: 4 }] },
    { type: 'number', minimum: 1, maximum: 5 },
    'yes',
    'no',
  ],
  [
    'a member is added to oneOf by tag',
    { oneOf: [tagged('a'), tagged('b')] },
    { oneOf: [tagged('a'), tagged('b'), tagged('c')] },
    'yes',
    'no',
  ],
  [
    'a member of oneOf grows',
    { oneOf: [tagged('a'), tagged('b')] },
    { oneOf: [tagged('a', { size: string }), tagged('b')] },
    'yes',
    'yes',
  ],
  [
    'a tag is split into members',
    { type: 'object', properties: { kind: { enum: ['a', 'b'] } }, required: ['kind'] },
    { oneOf: [tagged('a'), tagged('b')] },
    'yes',
    'yes',
  ],
  [
    'oneOf whose members overlap',
    { oneOf: [{ type: 'integer' }, string] },
    { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 5 }, string] },
    'unknown',
    'no',
  ],
  [
    'the same oneOf that overlaps',
    { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 5 }] },
    { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 5 }] },
    'yes',
    'yes',
  ],
  ['recursion', tree(string), tree(string), 'yes', 'yes'],
  ['recursion that narrows', tree({ type: ['string', 'null'] }), tree(string), 'no', 'yes'],
  ['a reference to another file', string, { $ref: 'other.json#/User' }, 'unknown', 'unknown'],
  ['a reference to itself', string, { $ref: '#' }, 'unknown', 'unknown'],
  ['an unknown keyword is added', string, { type: 'string', madeUp: true }, 'unknown', 'yes'],
  ['an unknown keyword stays', { type: 'string', madeUp: true }, { type: 'string', madeUp: true }, 'yes', 'yes'],
  ['not', string, { not: { const: 'a' } }, 'unknown', 'no'],
  [
    'annotations do not matter',
    { type: 'string', title: 'A', 'x-order': 1 },
    { type: 'string', example: 'b' },
    'yes',
    'yes',
  ],
  ['unique items', { type: 'array' }, { type: 'array', uniqueItems: true }, 'no', 'yes'],
  ['multiples', { type: 'integer', multipleOf: 6 }, { type: 'integer', multipleOf: 3 }, 'yes', 'no'],
];

test.each(PAIRS)('%s', (_name, before, after, forward, backward) => {
  const report = compareJsonSchemas(before, after);
  expect([report.newAcceptsOld, report.oldAcceptsNew], JSON.stringify(report, null, 1)).toEqual([forward, backward]);
});

test('a finding says where and why', () => {
  const before = user({ address: user({ zip: string }) });
  const after = user({ address: user({ zip: { type: 'number' } }) });
  expect(compareJsonSchemas(before, after).forward).toEqual([
    { path: 'address.zip', rule: 'type', why: 'string is sent, number is read', verdict: 'no' },
  ]);
});

test('old readers cope with properties that they do not know, even where the schema is closed', () => {
  const closed = { additionalProperties: false };
  const report = compareJsonSchemas(user({ a: string }, closed), user({ a: string, b: string }, closed));
  expect([report.oldAcceptsNew, report.oldReadsNew]).toEqual(['no', 'yes']);
});

test('what failed in one alternative is no yes in the next', () => {
  const before = user({ x: { type: ['string', 'null'] } });
  const narrow = { $ref: '#/$defs/Narrow' };
  const after = {
    anyOf: [{ allOf: [narrow, { required: ['q'] }] }, narrow],
    $defs: { Narrow: user({ x: string }) },
  };
  expect(compareJsonSchemas(before, after).newAcceptsOld).toBe('no');
});
