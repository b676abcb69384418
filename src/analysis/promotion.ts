/**
 * The test that lets a release go on. Its null is that the release is bad: every judged question has to
 * refute it by itself (intersection-union test, Berger 1982), so no correction for their number is needed.
 */
import type { AnalysisOptions, Counts, MetricName } from './analysis.ts';
import type { Batch } from './micro-batch.ts';
import { type Bounds, type Question, questionsOf } from './promotion-questions.ts';
import { AT_ONCE, createWealth, type Wealth, type WealthState } from './wealth.ts';

export interface PromotionState {
  readonly wealths: readonly WealthState[];
  /** Which questions were ever answered well enough. */
  readonly passed: readonly boolean[];
}

export interface Promotion {
  betBatch(batch: Batch, bounds: Bounds): void;
  betCounts(counts: Counts, bounds: Bounds): void;
  /** Log evidence of the weakest question of the metric. */
  logE(metric: MetricName): number;
  passed(): boolean;
  state(): PromotionState;
}

export function createPromotion(options: AnalysisOptions, state?: PromotionState): Promotion {
  const bound = Math.log(1 / options.beta);
  const trials = questionsOf(options).map((question, i) =>
    createTrial(question, bound, state?.wealths[i], state?.passed[i]),
  );
  return {
    betBatch: (batch, bounds) => {
      for (const trial of trials) trial.answer(trial.question.ofBatch(batch, bounds));
    },
    betCounts: (counts, bounds) => {
      for (const trial of trials) trial.answer(trial.question.ofCounts(counts, bounds));
    },
    logE: (metric) => {
      const own = trials.filter(({ question }) => question.metric === metric);
      return own.length === 0 ? 0 : Math.min(...own.map(({ wealth }) => wealth.logE()));
    },
    passed: () => trials.every((trial) => trial.passed()),
    state: () => ({
      wealths: trials.map(({ wealth }) => wealth.state()),
      passed: trials.map((trial) => trial.passed()),
    }),
  };
}

/** One question and what the answers to it have earned. */
interface Trial {
  readonly question: Question;
  readonly wealth: Wealth;
  answer(logRatios: readonly number[] | null): void;
  passed(): boolean;
}

function createTrial(question: Question, bound: number, state?: WealthState, before = false): Trial {
  const wealth = createWealth(question.prior, AT_ONCE, state);
  let passed = before || wealth.logE() >= bound;
  return {
    question,
    wealth,
    answer: (logRatios) => {
      if (logRatios === null) return;
      wealth.bet(logRatios);
      passed ||= wealth.logE() >= bound;
    },
    passed: () => passed,
  };
}
