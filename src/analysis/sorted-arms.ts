/** The latencies of a batch, each arm in order: sorted once, every bound and every rank is then a binary search. */
import type { Tally } from './odds-kernel.ts';

/** A latency and the arm it came from. */
export interface Timed {
  readonly canary: boolean;
  readonly latencyMs: number;
}

/** Milliseconds, ascending. */
export interface SortedArms {
  readonly canary: Float64Array;
  readonly stable: Float64Array;
}

export function sortedArms(requests: readonly Timed[]): SortedArms {
  const [canary, stable] = [new Float64Array(requests.length), new Float64Array(requests.length)];
  let [canaries, stables] = [0, 0];
  for (const request of requests) {
    if (request.canary) canary[canaries++] = request.latencyMs;
    else stable[stables++] = request.latencyMs;
  }
  return { canary: canary.subarray(0, canaries).sort(), stable: stable.subarray(0, stables).sort() };
}

/** How many are slower than `bound` milliseconds, the canary's latencies multiplied by `canaryScale`. */
export function exceedancesOf({ canary, stable }: SortedArms, canaryScale: number, bound: number): Tally {
  const canaryBad = canary.length - countBelow(canary, bound, true, canaryScale);
  const bad = canaryBad + stable.length - countBelow(stable, bound, true);
  return { requests: canary.length + stable.length, canary: canary.length, bad, canaryBad };
}

/**
 * How many of the ascending values lie below `limit`, or at it if `inclusive`.
 * @param scale what the values are multiplied by; positive
 */
export function countBelow(ascending: Float64Array, limit: number, inclusive: boolean, scale = 1): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = (ascending[middle] ?? 0) * scale;
    if (value < limit || (inclusive && value === limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
