/** When no document needs to be looked at: only where each old value is certainly a new one. */
import { v } from 'convex/values';
import { expect, test } from 'vitest';
import { isSuperset } from './superset.ts';
import type { ValidatorJson } from './validator-json.ts';

const json = (validator: unknown) => (validator as { json: ValidatorJson }).json;
const covers = (wide: unknown, narrow: unknown) => isSuperset(json(wide), json(narrow));
const task = v.object({ title: v.string() });

test.each([
  ['the same', task, v.object({ title: v.string() }), true],
  ['a new optional field', v.object({ title: v.string(), due: v.optional(v.number()) }), task, true],
  ['a new required field', v.object({ title: v.string(), due: v.number() }), task, false],
  ['a field that is gone', v.object({}), task, false],
  ['optional becomes required', task, v.object({ title: v.optional(v.string()) }), false],
  ['a wider union', v.union(v.string(), v.null()), v.string(), true],
  ['a narrower union', v.string(), v.union(v.string(), v.null()), false],
  ['a literal of that kind', v.string(), v.literal('a'), true],
  ['any', v.any(), task, true],
  ['from any', task, v.any(), false],
  ['ids of another table', v.id('users'), v.id('teams'), false],
  ['arrays of wider elements', v.array(v.union(v.string(), v.null())), v.array(v.string()), true],
])('%s: %#', (_case, wide, narrow, expected) => {
  expect(covers(wide, narrow)).toBe(expected);
});
