/** How many requests of each arm were slower than the bounds of the tail: what evidence on latency is told in. */
import type { AnalysisReport, Counts } from './analysis.ts';
import { type Histograms, histogramsOf, tailLimit, tailTally } from './histogram.ts';
import type { Tally } from './odds-kernel.ts';
import { exceedancesOf, type SortedArms } from './sorted-arms.ts';

export type TailShare = NonNullable<AnalysisReport['tail']>;

/** By bound, at p90, p95, p99 and p99.9 of history; empty before anything was counted. */
export type TailSharesState = readonly (Tally & { readonly boundMs: number })[];

export interface TailShares {
  addArms(arms: SortedArms, bounds: readonly number[]): void;
  addCounts(counts: Counts, bounds: readonly number[]): void;
  /** The bound that tells the arms apart best; null before both have requests. */
  clearest(): TailShare | null;
  state(): TailSharesState;
}

const QUANTILES = ['p90', 'p95', 'p99', 'p99.9'] as const;

export function createTailShares(state: TailSharesState = []): TailShares {
  let tails = state;
  const add = (bounds: readonly number[], tallyAt: (bound: number) => Tally): void => {
    tails = bounds.map((bound, i) => ({ boundMs: bound, ...sumOf(tallyAt(bound), tails[i]) }));
  };
  return {
    addArms: (arms, bounds) => add(bounds, (bound) => exceedancesOf(arms, 1, bound)),
    addCounts: (counts, bounds) => {
      const histograms = histogramsOf(counts);
      if (histograms !== null) add(limitsOf(histograms, bounds), (bound) => tailTally(histograms, bound, 1));
    },
    clearest: () => {
      const best = tails.reduce((most, tail, i) => (distance(tail) > distance(tails[most] ?? tail) ? i : most), 0);
      const tail = tails[best];
      return tail === undefined ? null : shareOf(tail, QUANTILES[best] ?? 'p99.9');
    },
    state: () => tails,
  };
}

/** A histogram knows its own bounds only: the first at or above each. */
function limitsOf(histograms: Histograms, bounds: readonly number[]): readonly number[] {
  return bounds.map((bound) => tailLimit(histograms, bound) ?? bound);
}

function sumOf(tally: Tally, before: Tally | undefined): Tally {
  return {
    requests: tally.requests + (before?.requests ?? 0),
    canary: tally.canary + (before?.canary ?? 0),
    bad: tally.bad + (before?.bad ?? 0),
    canaryBad: tally.canaryBad + (before?.canaryBad ?? 0),
  };
}

/** Difference of the shares, in standard errors. */
function distance({ requests, canary, bad, canaryBad }: Tally): number {
  const [stable, pooled] = [requests - canary, bad / requests];
  const variance = pooled * (1 - pooled) * (1 / canary + 1 / stable);
  return variance > 0 ? (canaryBad / canary - (bad - canaryBad) / stable) / Math.sqrt(variance) : 0;
}

function shareOf(tail: TailSharesState[number], quantile: TailShare['quantile']): TailShare | null {
  const { requests, canary, bad, canaryBad, boundMs } = tail;
  if (canary === 0 || canary === requests) return null;
  return { quantile, boundMs, canary: canaryBad / canary, stable: (bad - canaryBad) / (requests - canary) };
}
