/** What must not be bad about a release before it goes on, and how a batch or a scrape answers it. */
import type { AnalysisOptions, Counts, MetricName } from './analysis.ts';
import { errorTally } from './bets.ts';
import { fasterTally, histogramsOf } from './histogram.ts';
import type { Batch } from './micro-batch.ts';
import { createOddsKernel } from './odds-kernel.ts';
import { createRankTilt } from './rank-tilt.ts';
import { exceedancesOf } from './sorted-arms.ts';

export interface Question {
  readonly metric: MetricName;
  readonly prior: readonly number[];
  /** Log likelihood ratio of each bet; null: this batch does not answer it. */
  ofBatch(batch: Batch, bounds: Bounds): readonly number[] | null;
  ofCounts(counts: Counts, bounds: Bounds): readonly number[] | null;
}

/** Milliseconds; null while they are not known. */
export interface Bounds {
  readonly tails: readonly number[] | null;
  readonly body: readonly number[] | null;
}

export function questionsOf(options: AnalysisOptions): readonly Question[] {
  const errors = errorQuestion(options.errors.promoteBelow);
  if (options.latency === null) return [errors];
  const slowdown = 1 + options.latency.promoteBelow;
  return [errors, shiftQuestion(slowdown), tailQuestion(slowdown, 1, 2), tailQuestion(slowdown, 2, 3)];
}

const NOT_WORSE_PRIOR: readonly number[] = [0.6, 0.25, 0.15];
/** Bets below equal too: chance leaves every other good release there for a while, and it is promoted 8 % earlier. */
const NOT_WORSE_ERRORS = [1, 0.8, 0.6];
/** Divided by the slowdown a good release's tail is lighter than that of stable. */
const NOT_WORSE_TAIL = [1, 0.6, 0.4];

/** "Its odds of an error are `limit` times those of stable, or more." */
function errorQuestion(limit: number): Question {
  const kernel = createOddsKernel(limit, NOT_WORSE_ERRORS);
  return {
    metric: 'errors',
    prior: NOT_WORSE_PRIOR,
    ofBatch: ({ errors }) => kernel.logRatios(errors),
    ofCounts: (counts) => kernel.logRatios(errorTally(counts)),
  };
}

const FASTER_TILTS = [-0.1, -0.25, -0.5, -1];
const FASTER_ODDS = [0.4, 0.65, 0.85];
const BODY_BOUNDS = 5;
const FASTER_PRIOR: readonly number[] = [
  ...FASTER_TILTS.map(() => 0.5 / FASTER_TILTS.length),
  ...Array.from({ length: BODY_BOUNDS * FASTER_ODDS.length }, () => 0.5 / (BODY_BOUNDS * FASTER_ODDS.length)),
];

/** "Its latencies, divided by `slowdown`, are still stochastically no shorter than those of stable." */
function shiftQuestion(slowdown: number): Question {
  const tilt = createRankTilt(FASTER_TILTS);
  const kernel = createOddsKernel(1, FASTER_ODDS);
  const noTilts: readonly number[] = FASTER_TILTS.map(() => 0);
  const noBounds: readonly number[] = Array.from({ length: BODY_BOUNDS * FASTER_ODDS.length }, () => 0);
  return {
    metric: 'latency',
    prior: FASTER_PRIOR,
    ofBatch: ({ arms }) => arms && [...tilt.logRatios(arms, 1 / slowdown), ...noBounds],
    ofCounts: (counts, { body }) => {
      const histograms = histogramsOf(counts);
      if (histograms === null || body === null) return null;
      return [...noTilts, ...body.flatMap((bound) => kernel.logRatios(fasterTally(histograms, bound, slowdown)))];
    },
  };
}

/** "Even so divided, the odds of a request beyond the tail's bound are `limit` times those of stable, or more." */
function tailQuestion(slowdown: number, tail: number, limit: number): Question {
  const kernel = createOddsKernel(limit, NOT_WORSE_TAIL);
  return {
    metric: 'latency',
    prior: NOT_WORSE_PRIOR,
    ofBatch: ({ arms }, { tails }) => {
      const bound = tails?.[tail];
      if (bound === undefined || arms === null) return null;
      return kernel.logRatios(exceedancesOf(arms, 1 / slowdown, bound));
    },
    ofCounts: (counts, { tails }) => {
      const bound = tails?.[tail];
      const histograms = histogramsOf(counts);
      if (bound === undefined || histograms === null) return null;
      return kernel.logRatios(fasterTally(histograms, bound, slowdown));
    },
  };
}
