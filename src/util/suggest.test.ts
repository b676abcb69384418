import { expect, test } from 'vitest';
import { parseShare } from './share.ts';
import { editDistance, suggest } from './suggest.ts';

test.each([
  ['', 'abc', 3],
  ['port', 'port', 0],
  ['prot', 'port', 1],
  ['kitten', 'sitting', 3],
])('from %j to %j is %d', (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
});

test.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['strat', 'start'],
  ['something', null],
  ['x', null],
])('%j means %j', (word, meant) => {
  expect(suggest(word, ['start', 'port', 'probe'])).toBe(meant);
});

test.each([
  ['5%', 0.05],
  ['0.5 %', 0.005],
  [0.05, 0.05],
  ['100%', 1],
  ['101%', null],
  [5, null],
  [Number.NaN, null],
  ['5', null],
  ['-5%', null],
])('share %j is %j', (written, fraction) => {
  expect(parseShare(written)).toBe(fraction);
});
