/**
 * One-arm e-process against "the candidate's error rate is at most the floor": three errors against none in a
 * million do not undo a release. A mixture of binomial likelihood ratios; the arm beside it plays no part.
 */
import type { Tally } from './odds-kernel.ts';

/** Multiples of the floor, kept below certainty. */
const MULTIPLES = [1.5, 2, 3, 5, 8, 14, 30, 100];
const HIGHEST_RATE = 0.95;

export const FLOOR_PRIOR: readonly number[] = MULTIPLES.map(() => 1 / MULTIPLES.length);

/** Log likelihood ratio of each rate above the floor. @param floor error rate, above 0 and below 1 */
export function floorRatios(floor: number, { canary, canaryBad }: Tally): readonly number[] {
  return MULTIPLES.map((multiple) => {
    const rate = Math.max(floor, Math.min(HIGHEST_RATE, floor * multiple));
    return canaryBad * Math.log(rate / floor) + (canary - canaryBad) * Math.log((1 - rate) / (1 - floor));
  });
}
