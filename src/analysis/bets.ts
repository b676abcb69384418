/** The bets that the candidate is worse than stable: what one batch, or one scrape, is worth to each of them. */
import type { AnalysisOptions, Counts } from './analysis.ts';
import { histogramsOf, tailTally } from './histogram.ts';
import type { Batch } from './micro-batch.ts';
import { createOddsKernel, type Tally } from './odds-kernel.ts';
import { createRankTilt } from './rank-tilt.ts';
import { exceedancesOf } from './sorted-arms.ts';

/** Log likelihood ratios of a batch; latency is null where it is not judged. */
export interface LogRatios {
  readonly errors: readonly number[];
  readonly latency: readonly number[] | null;
}

export interface Bets {
  ofBatch(batch: Batch, bounds: readonly number[] | null): LogRatios;
  ofCounts(counts: Counts, bounds: readonly number[] | null): LogRatios;
}

/**
 * Odds ratios over the tolerated one, and the capital on each. Six bets with most on the usual regressions need 7 %
 * fewer requests at 5x than the uniform eight of the reference, at the same rate of false alarms.
 */
export const ERROR_ODDS: readonly number[] = [2, 3.5, 6, 12, 30, 100];
export const ERROR_PRIOR: readonly number[] = [0.2, 0.25, 0.25, 0.15, 0.1, 0.05];
export const TAIL_ODDS: readonly number[] = [2, 5, 15, 50];
/** Of a normal shift by so many standard deviations. Three find +10 % with 9 % fewer requests than the reference's four. */
export const TILTS: readonly number[] = [0.15, 0.35, 0.7];
const TAILS = 4;
const TAIL_BETS = TAILS * TAIL_ODDS.length;

/** Half on the tails (p90, p95, p99, p99.9 of history), half on a shift of the whole. */
export const LATENCY_PRIOR: readonly number[] = [
  ...Array.from({ length: TAIL_BETS }, () => 0.5 / TAIL_BETS),
  ...TILTS.map(() => 0.5 / TILTS.length),
];

/**
 * @param slack how many times worse than tolerated is forgiven on top: 1 for the strict test, more during the grace
 *   of a cold start. Errors: times the odds; latency: times the milliseconds.
 */
export function createBets(options: AnalysisOptions, slack: number): Bets {
  const oddsAtNull = options.errors.tolerance * slack;
  const errors = createOddsKernel(
    oddsAtNull,
    ERROR_ODDS.map((odds) => odds * oddsAtNull),
  );
  const tail = createOddsKernel(1, TAIL_ODDS);
  const tilt = createRankTilt(TILTS);
  /** Past this factor the canary's latencies count as slower. */
  const slowdown = options.latency === null ? null : (1 + options.latency.tolerance) * slack;
  const nothing: readonly number[] = LATENCY_PRIOR.map(() => 0);
  /** Of the tails, and zeros for the shift. */
  const tailRatios = (bounds: readonly number[], tallyAt: (bound: number) => Tally): number[] => {
    const ratios = nothing.slice();
    for (const [i, bound] of bounds.entries())
      for (const [j, ratio] of tail.logRatios(tallyAt(bound)).entries()) ratios[i * TAIL_ODDS.length + j] = ratio;
    return ratios;
  };

  return {
    ofBatch: ({ errors: tally, arms }, bounds) => {
      const failures = errors.logRatios(tally);
      if (slowdown === null || arms === null) return { errors: failures, latency: null };
      const scale = 1 / slowdown;
      const latency =
        bounds === null ? nothing.slice() : tailRatios(bounds, (bound) => exceedancesOf(arms, scale, bound));
      for (const [j, ratio] of tilt.logRatios(arms, scale).entries()) latency[TAIL_BETS + j] = ratio;
      return { errors: failures, latency };
    },
    ofCounts: (counts, bounds) => {
      const failures = errors.logRatios(errorTally(counts));
      if (slowdown === null) return { errors: failures, latency: null };
      const histograms = histogramsOf(counts);
      if (bounds === null || histograms === null) return { errors: failures, latency: nothing };
      return { errors: failures, latency: tailRatios(bounds, (bound) => tailTally(histograms, bound, slowdown)) };
    },
  };
}

export function errorTally({ canary, stable }: Counts): Tally {
  return {
    requests: canary.requests + stable.requests,
    canary: canary.requests,
    bad: canary.bad + stable.bad,
    canaryBad: canary.bad,
  };
}
