/**
 * Where a series of durations changed its level, if it did: the place at which a rank-sum test is clearest, with its p-value
 * corrected for having looked at every place. By ranks, so that no outlier and no two-humped distribution (a build that is cached,
 * or not) counts for more than its place in the order.
 */
import { normalQuantile } from '../analysis/normal-quantile.ts';
import { median } from './quantile.ts';

/** So few on either side say nothing. */
export const LEAST_BEFORE = 8;
export const LEAST_AFTER = 5;

/** Up to so many on the smaller side the exact distribution is used; from there on the normal one is close enough. */
const EXACT_UP_TO = 10;

/** Below this nothing can come out of the exact one either. */
const WORTH_A_LOOK = 2.8;

export interface ChangePoint {
  /** Place of the first value behind the change. */
  readonly at: number;
  /** Probability of so clear a change at any place where there is none. */
  readonly p: number;
}

/** Ranks from 1, doubled so that those of equal values are whole numbers. */
export function doubledRanks(values: readonly number[]): Int32Array {
  const order = values.map((_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Int32Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let index = from; index <= to; index++) ranks[order[index] ?? 0] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

const NEIGHBOURS = 3;

interface Clearest {
  readonly at: number;
  readonly z: number;
  /** Sum of the doubled ranks before it. */
  readonly sum: number;
}

function clearest(ranks: Int32Array): Clearest | null {
  const n = ranks.length;
  const mean = n + 1;
  const variance = ranks.reduce((total, rank) => total + (rank - mean) ** 2, 0) / (n - 1);
  let best: Clearest | null = null;
  let sum = 0;
  for (let at = 1; at <= n - LEAST_AFTER; at++) {
    sum += ranks[at - 1] ?? 0;
    if (at < LEAST_BEFORE || variance === 0) continue;
    const z = Math.abs(sum - at * mean) / Math.sqrt((variance * at * (n - at)) / n);
    if (!best || z > best.z) best = { at, z, sum };
  }
  return best;
}

/** How many ways there are to draw `size` of the ranks, by their sum. */
function waysBySum(ranks: Int32Array, size: number): Float64Array[] {
  const largest = [...ranks].toSorted((a, b) => b - a).slice(0, size);
  const top = largest.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(top + 1));
  if (ways[0]) ways[0][0] = 1;
  for (const rank of ranks) {
    for (let drawn = size; drawn >= 1; drawn--) {
      const to = ways[drawn];
      const from = ways[drawn - 1];
      if (!to || !from) continue;
      for (let sum = top; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return ways;
}

/** Two-sided, at one place, given the values that there are. */
function exactP(ranks: Int32Array, { at, sum }: Clearest): number {
  const n = ranks.length;
  const before = at <= n - at;
  const size = before ? at : n - at;
  const seen = before ? sum : ranks.reduce((total, rank) => total + rank, 0) - sum;
  const ways = waysBySum(ranks, size)[size] ?? new Float64Array();
  let [all, low, high] = [0, 0, 0];
  ways.forEach((count, total) => {
    all += count;
    if (total <= seen) low += count;
    if (total >= seen) high += count;
  });
  return Math.min(1, (2 * Math.min(low, high)) / all);
}

/**
 * Probability that the greatest of the standardised sums passes `b` somewhere (Miller and Siegmund 1982): with the places
 * from `first` to `last`, as fractions, looked at.
 */
function anywhere(b: number, first: number, last: number): number {
  const density = Math.exp((-b * b) / 2) / Math.sqrt(2 * Math.PI);
  const span = Math.log((last * (1 - first)) / (first * (1 - last)));
  return Math.min(1, density * ((b - 1 / b) * span + 4 / b));
}

/** Ranks alone may name a neighbour of the place: the nearest one at which both sides lie closest to their middles is it. */
function placed(values: readonly number[], near: number): number {
  const spread = (part: readonly number[]): number => {
    const middle = median(part);
    return part.reduce((sum, value) => sum + Math.abs(value - middle), 0);
  };
  let best = { at: near, spread: Number.POSITIVE_INFINITY };
  for (let at = near - NEIGHBOURS; at <= near + NEIGHBOURS; at++) {
    if (at < LEAST_BEFORE || at > values.length - LEAST_AFTER) continue;
    const both = spread(values.slice(0, at)) + spread(values.slice(at));
    if (both < best.spread) best = { at, spread: both };
  }
  return best.at;
}

/** Null where there are too few values, or all are the same. */
export function changePoint(values: readonly number[]): ChangePoint | null {
  const n = values.length;
  if (n < LEAST_BEFORE + LEAST_AFTER) return null;
  const ranks = doubledRanks(values);
  const found = clearest(ranks);
  if (!found) return null;
  const small = Math.min(found.at, n - found.at) <= EXACT_UP_TO;
  const b = small && found.z > WORTH_A_LOOK ? -normalQuantile(Math.max(exactP(ranks, found), 1e-300) / 2) : found.z;
  const at = found.z > WORTH_A_LOOK ? placed(values, found.at) : found.at;
  return { at, p: b <= 1 ? 1 : anywhere(b, LEAST_BEFORE / n, 1 - LEAST_AFTER / n) };
}
