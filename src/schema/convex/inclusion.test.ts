import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgePair } from '../../../test/support/convex/judge.ts';
import { pair } from '../../../test/support/convex/validators.ts';

/** `npm run bench convex` asks many times more. */
const PAIRS = 1_000;

test('a yes is never wrong, and a no shows a value that proves it', () => {
  const tally = { yes: 0, no: 0, unproven: 0 };
  fc.assert(
    fc.property(pair, ([old, next]) => {
      const { yes, no, wrong, unproven } = judgePair(old, next);
      expect(wrong).toEqual([]);
      tally.yes += yes;
      tally.no += no;
      tally.unproven += unproven.length;
    }),
    { numRuns: PAIRS },
  );
  // Both answers were asked for, and next to no "no" is left without a proof.
  expect(tally.yes).toBeGreaterThan(PAIRS / 2);
  expect(tally.no).toBeGreaterThan(PAIRS / 2);
  expect(tally.unproven).toBeLessThan(tally.no / 200);
});
