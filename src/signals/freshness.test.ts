/** Clocks that disagree, and evidence that is too old or not yet true. */
import { expect, test } from 'vitest';
import { doubt } from './freshness.ts';

const NOW = 1_700_000_000_000;
const stamped = (clock: number | null, evidence: number | null) =>
  doubt({
    source: 'prometheus',
    now: NOW,
    clock: clock === null ? null : NOW + clock,
    evidence: evidence === null ? null : NOW + evidence,
    oldestMs: 30_000,
  });

test.each([
  ['a clock ahead', 300_000, null, 'the clock of prometheus is 5 min ahead'],
  ['a clock behind', -61_000, null, 'the clock of prometheus is 1 min 1 s behind'],
  ['evidence of the future', 0, 120_000, 'prometheus has evidence from 2 min in the future: a clock is wrong'],
  ['stale evidence', 0, -90_000, 'the newest evidence of prometheus is 1 min 30 s old; at most 30.0 s were expected'],
])('%s is doubted', (_, clock, evidence, why) => {
  expect(stamped(clock, evidence)).toBe(why);
});

test('age is told by the clock of the source', () => {
  expect(stamped(-5_000, -32_000)).toBeNull();
  expect(stamped(5_000, -27_000)).toMatch(/32\.0 s old/);
});

test('a second of difference, and sources without a clock, are believed', () => {
  expect(stamped(1_000, -1_000)).toBeNull();
  expect(stamped(null, null)).toBeNull();
});
