import { expect, test } from 'vitest';
import { newLines } from './new-lines.ts';

test.each([
  ['nothing came', ['a', 'b'], ['a', 'b'], []],
  ['one came', ['a', 'b'], ['a', 'b', 'c'], ['c']],
  ['the window moved on', ['a', 'b', 'c'], ['b', 'c', 'd'], ['d']],
  ['the same line came again', ['x'], ['x', 'x'], ['x']],
  ['nothing is left of what was seen', ['a', 'b'], ['y', 'z'], ['y', 'z']],
  ['the first look', [], ['a'], ['a']],
])('%s', (_what, before, now, expected) => {
  expect(newLines(before, now)).toEqual(expected);
});
