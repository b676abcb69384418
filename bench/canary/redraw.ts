/** Who of a micro-batch went to the canary, drawn as if a bet were right. */
import { logChoose } from '../../src/analysis/log-factorial.ts';
import type { Tally } from '../../src/analysis/odds-kernel.ts';
import type { Random } from './random.ts';

/** How many of the bad ones are canary when their odds are so many times as high (Fisher's noncentral hypergeometric). */
export function drawOdds({ requests, canary, bad }: Omit<Tally, 'canaryBad'>, odds: number, random: Random): number {
  const low = Math.max(0, bad - (requests - canary));
  const high = Math.min(canary, bad);
  const chances = Array.from({ length: high - low + 1 }, (_, i) => {
    const k = low + i;
    return Math.exp(
      logChoose(canary, k) + logChoose(requests - canary, bad - k) + i * Math.log(odds) - logChoose(requests, bad),
    );
  });
  let left = random.uniform() * chances.reduce((sum, chance) => sum + chance, 0);
  for (const [i, chance] of chances.entries()) {
    left -= chance;
    if (left < 0) return low + i;
  }
  return high;
}

/** `count` of `size`, all choices alike. */
export function drawSubset(size: number, count: number, random: Random): boolean[] {
  let left = count;
  return Array.from({ length: size }, (_, i) => {
    const chosen = random.uniform() * (size - i) < left;
    if (chosen) left -= 1;
    return chosen;
  });
}

/** By tilt and number of scores: `sums[r][m]` over all ways to choose m from the scores from r on. */
const known = new Map<string, readonly (readonly number[])[]>();

function suffixSums(scores: readonly number[], tilt: number): readonly (readonly number[])[] {
  const key = `${tilt} ${scores.length}`;
  const before = known.get(key);
  if (before) return before;
  const sums: number[][] = [[1]];
  for (const score of scores.toReversed()) {
    const rest = sums[0] ?? [];
    sums.unshift(
      Array.from({ length: rest.length + 1 }, (_, m) => (rest[m] ?? 0) + Math.exp(tilt * score) * (rest[m - 1] ?? 0)),
    );
  }
  known.set(key, sums);
  return sums;
}

/** `count` of the ranks, each choice in proportion to `exp(tilt * sum of its scores)`. */
export function drawTilted(scores: readonly number[], tilt: number, count: number, random: Random): boolean[] {
  const sums = suffixSums(scores, tilt);
  let left = count;
  return scores.map((score, rank) => {
    const withIt = Math.exp(tilt * score) * (sums[rank + 1]?.[left - 1] ?? 0);
    const chosen = random.uniform() * (sums[rank]?.[left] ?? 1) < withIt;
    if (chosen) left -= 1;
    return chosen;
  });
}
