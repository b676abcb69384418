/**
 * Confidence sequence of the odds ratio of an error, canary to stable: holds at all times at once (Howard et al.
 * 2021; a mixture over the same grid in the denominator).
 */
import { logSumExp } from './log-space.ts';
import { createOddsKernel, type Tally } from './odds-kernel.ts';

/** `low` is 0 and `high` is `RATIO_CEILING` where the interval leaves the scale: "or beyond". */
export interface RatioInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export const RATIO_CEILING = 1000;
const LOWEST = 0.05;
const POINTS = 48;
const STEP = Math.log(RATIO_CEILING / LOWEST) / (POINTS - 1);
const GRID: readonly number[] = Array.from({ length: POINTS }, (_, g) => LOWEST * Math.exp(g * STEP));

export interface RatioEvidence {
  add(tally: Tally): void;
  /** Null until a batch had an error to tell the arms apart by. */
  interval(alpha: number): RatioInterval | null;
  state(): readonly number[];
}

export function createRatioEvidence(state?: readonly number[]): RatioEvidence {
  const kernel = createOddsKernel(1, GRID);
  const logLikelihoods = state?.slice() ?? GRID.map(() => 0);
  return {
    add: (tally) => kernel.addTo(logLikelihoods, tally),
    interval: (alpha) => {
      if (logLikelihoods.every((value) => value === 0)) return null;
      const threshold = logSumExp(logLikelihoods) - Math.log(POINTS) - Math.log(1 / alpha);
      return intervalOf(logLikelihoods, threshold);
    },
    state: () => logLikelihoods.slice(),
  };
}

function intervalOf(logs: readonly number[], threshold: number): RatioInterval {
  const peak = logs.indexOf(Math.max(...logs));
  const first = logs.findIndex((value) => value >= threshold);
  const last = logs.findLastIndex((value) => value >= threshold);
  return {
    estimate: LOWEST * Math.exp(STEP * (peak + offset(logs, peak))),
    low: first === 0 ? 0 : LOWEST * Math.exp(STEP * (first - reach(logs, first, -1, threshold))),
    high: last === POINTS - 1 ? RATIO_CEILING : LOWEST * Math.exp(STEP * (last + reach(logs, last, 1, threshold))),
  };
}

/** Top of the parabola through the peak and its neighbours, in steps from the peak. */
function offset(logs: readonly number[], peak: number): number {
  const [left, top, right] = [logs[peak - 1], logs[peak] ?? 0, logs[peak + 1]];
  if (left === undefined || right === undefined) return 0;
  const curvature = left - 2 * top + right;
  return curvature === 0 ? 0 : (0.5 * (left - right)) / curvature;
}

/**
 * How far beyond the last point inside the interval may reach, in steps up to 1. The likelihood is concave in the
 * log odds, so a line through two points inside lies above it outside: never too short.
 */
function reach(logs: readonly number[], edge: number, direction: 1 | -1, threshold: number): number {
  const [inside, at] = [logs[edge - direction], logs[edge] ?? 0];
  if (inside === undefined || inside <= at) return 1;
  return Math.min(1, (at - threshold) / (inside - at));
}
