/**
 * A bet that canary requests rank high (or low) among the latencies of their batch: an exponential tilt of
 * normal scores. Needs no history and does not see what slows both arms alike.
 */
import { logChoose } from './log-factorial.ts';
import { normalQuantile } from './normal-quantile.ts';
import { countBelow, type SortedArms } from './sorted-arms.ts';

export interface RankTilt {
  /**
   * Log likelihood ratio of each tilt; zeros when an arm is empty.
   * @param canaryScale what the canary's latencies are multiplied by before anything else
   */
  logRatios(arms: SortedArms, canaryScale: number): readonly number[];
}

/** @param tilts positive: the canary is slower; negative: faster */
export function createRankTilt(tilts: readonly number[]): RankTilt {
  const nothing: readonly number[] = tilts.map(() => 0);
  return {
    logRatios: (arms, canaryScale) => {
      const canary = arms.canary.length;
      const size = canary + arms.stable.length;
      if (canary === 0 || canary === size) return nothing;
      const score = canaryScore(arms, canaryScale);
      return tilts.map((tilt) => tilt * score - (rankNorms(size, tilt)[canary] ?? 0));
    },
  };
}

/**
 * `log(e_m(exp(tilt * score)) / (size over m))` for m = 0..size: the mean of the tilt over all ways to draw m canary
 * requests, by the recurrence of elementary symmetric polynomials.
 */
export function rankNorms(size: number, tilt: number): readonly number[] {
  const bySize = norms.get(tilt) ?? new Map<number, readonly number[]>();
  norms.set(tilt, bySize);
  const known = bySize.get(size);
  if (known !== undefined) return known;
  const fresh = computeNorms(size, tilt);
  bySize.set(size, fresh);
  return fresh;
}

/** By tilt and size; micro-batches have at most 64 sizes. */
const norms = new Map<number, Map<number, readonly number[]>>();

function computeNorms(size: number, tilt: number): readonly number[] {
  const sums = [0];
  for (const score of normalScores(size)) {
    const weight = tilt * score;
    sums.push(-Infinity);
    for (let m = sums.length - 1; m > 0; m -= 1) {
      const without = sums[m] ?? -Infinity;
      const chosen = (sums[m - 1] ?? -Infinity) + weight;
      sums[m] = Math.max(without, chosen) + Math.log1p(Math.exp(-Math.abs(without - chosen)));
    }
  }
  return sums.map((sum, m) => sum - logChoose(size, m));
}

/** Approximately what is expected of `size` ordered normal values: the quantiles at (r - 1/2) / size. */
export function normalScores(size: number): readonly number[] {
  return Array.from({ length: size }, (_, rank) => normalQuantile((rank + 0.5) / size));
}

const cumulated = new Map<number, Float64Array>();

/** Sums of the first r scores, for r = 0..size. */
function cumulatedScores(size: number): Float64Array {
  const known = cumulated.get(size);
  if (known !== undefined) return known;
  const sums = new Float64Array(size + 1);
  for (const [rank, score] of normalScores(size).entries()) sums[rank + 1] = (sums[rank] ?? 0) + score;
  cumulated.set(size, sums);
  return sums;
}

/**
 * Sum of the scores of the canary requests. Equal latencies share the mean of their scores, which keeps the bet
 * fair: `e_m(exp)` is Schur-convex. Both arms ascend, so the order of arrival changes no bit.
 */
function canaryScore({ canary, stable }: SortedArms, canaryScale: number): number {
  const sums = cumulatedScores(canary.length + stable.length);
  let total = 0;
  for (let first = 0; first < canary.length;) {
    const latency = (canary[first] ?? 0) * canaryScale;
    let after = first + 1;
    while (after < canary.length && (canary[after] ?? 0) * canaryScale === latency) after += 1;
    const from = first + countBelow(stable, latency, false);
    const to = after + countBelow(stable, latency, true);
    const mean = ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
    for (let tied = first; tied < after; tied += 1) total += mean;
    first = after;
  }
  return total;
}
