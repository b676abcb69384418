/** The vendor's words for a value that does not match its validator. */
import { v } from 'convex/values';
import { expect, test } from 'vitest';
import { mismatch } from './mismatch.ts';
import type { ValidatorJson } from './validator-json.ts';

const against = (validator: unknown, value: Parameters<typeof mismatch>[1]) =>
  mismatch((validator as { json: ValidatorJson }).json, value);
const user = v.object({ name: v.string(), age: v.optional(v.number()), tags: v.array(v.string()) });

test('what matches says nothing', () => {
  expect(against(user, { name: 'ada', tags: [] })).toBeNull();
  expect(against(v.union(v.literal('a'), v.null()), null)).toBeNull();
  expect(against(v.record(v.string(), v.int64()), { a: 1n })).toBeNull();
  expect(against(v.id('users'), '0010001users')).toBeNull();
  expect(against(v.bytes(), new ArrayBuffer(2))).toBeNull();
});

test('one fault is told with its path, the value and the validator', () => {
  expect(against(v.string(), 1)).toBe('Value does not match validator.\n\nValue: 1.0\nValidator: v.string()');
  expect(against(user, { name: 'ada', tags: ['x', 2] })).toBe(
    'Value does not match validator.\nPath: .tags[1]\nValue: 2.0\nValidator: v.string()',
  );
  expect(against(user, { name: 'ada', tags: [], nick: 'a' })).toBe(
    'Object contains extra field `nick` that is not in the validator.\n\n' +
      'Object: {name: "ada", nick: "a", tags: []}\n' +
      'Validator: v.object({age: v.optional(v.float64()), name: v.string(), tags: v.array(v.string())})',
  );
  expect(against(v.literal('a'), 'b')).toBe('`"b"` does not match literal validator `v.literal("a")`.');
  expect(against(v.id('users'), '0010001teams')).toBe(
    'Found ID "0010001teams" from table `teams`, which does not match the table name in validator `v.id("users")`.',
  );
});

test('several faults of one object are listed, nested ones at their own path', () => {
  expect(
    against(v.object({ count: v.number(), name: v.string(), deep: v.object({ a: v.string(), b: v.null() }) }), {
      name: 1,
      extra: true,
      deep: { a: 1, b: 'x' },
    }),
  ).toBe(
    'Object has multiple validation errors:\n' +
      '- missing required field `count`\n' +
      '- `1.0` does not match validator `v.string()` Path: .deep.a\n' +
      '- `"x"` does not match validator `v.null()` Path: .deep.b\n' +
      '- `1.0` does not match validator `v.string()` Path: .name\n' +
      '- extra field `extra` that is not in the validator\n' +
      'Object: {deep: {a: 1.0, b: "x"}, extra: true, name: 1.0}\n' +
      'Validator: v.object({count: v.float64(), deep: v.object({a: v.string(), b: v.null()}), name: v.string()})',
  );
});
