/** The judge of Kayenta (NetflixACAJudge): a rank test of the per-minute figures of both arms, at fixed times. */
import type { MetricName, Outcome } from '../analysis.ts';
import type { Judge, JudgeVerdict } from './judge.ts';
import { rankTest } from './rank-test.ts';
import { createStepSeries, type StepSeries } from './step-series.ts';

export interface MannWhitneyOptions {
  /** Seconds of one value; Kayenta's `step`. */
  readonly stepSeconds: number;
  /** Steps after which it judges everything since the start; its `analysisIntervalMins`, growing window. */
  readonly judgedAfterSteps: readonly number[];
  /** Share of the shift itself that is tolerated. */
  readonly tolerance: number;
}

export const MANN_WHITNEY_DEFAULTS: MannWhitneyOptions = {
  stepSeconds: 60,
  judgedAfterSteps: [10, 20, 30],
  tolerance: 0.25,
};

interface Finding {
  readonly metric: MetricName;
  readonly what: string;
  readonly high: boolean;
  readonly shift: number;
}

function judge(canary: StepSeries, stable: StepSeries, tolerance: number): Finding[] {
  const test = (metric: MetricName, what: string, key: 'errorRate' | 'meanMs' | 'p99Ms') => ({
    metric,
    what,
    ...rankTest(canary[key], stable[key], tolerance),
  });
  return [
    test('errors', 'error rate', 'errorRate'),
    test('latency', 'mean latency', 'meanMs'),
    test('latency', 'p99 latency', 'p99Ms'),
  ];
}

/**
 * Kayenta's classifier over error rate, mean latency and 99th percentile; one metric that is high takes the release back.
 *
 * What it does to false rollbacks: each judgement is a test of its own at about 1 %, so looking more often costs more
 * (1.5 % per half hour when judged every minute against 0.5 % at three fixed times), and steps that depend on each
 * other or on the time of day are not the independent values that the test assumes. It sees whole minutes, never
 * requests: nothing is decided before the first judgement, sparse errors pass, and a window that grows from the start
 * hides what begins late.
 */
export function createMannWhitneyJudge(options: MannWhitneyOptions = MANN_WHITNEY_DEFAULTS): Judge {
  const { stepSeconds, judgedAfterSteps, tolerance } = options;
  const [canary, stable] = [createStepSeries(), createStepSeries()];
  let steps = 0;
  let judgements = 0;
  let decided: JudgeVerdict | null = null;

  function closeStep(): void {
    canary.close();
    stable.close();
    steps += 1;
    if (!judgedAfterSteps.includes(steps) || canary.errorRate.length === 0 || stable.errorRate.length === 0) return;
    judgements += 1;
    const high = judge(canary, stable, tolerance).find((finding) => finding.high);
    if (!high) return;
    const reason = `${high.what} is high after ${steps} steps of ${stepSeconds} s, shifted by ${high.shift.toPrecision(3)}`;
    decided = { verdict: 'rollback', t: steps * stepSeconds, blame: high.metric, reason };
  }

  function advance(t: number): void {
    while (!decided && t >= (steps + 1) * stepSeconds) closeStep();
  }

  const undecided = (): JudgeVerdict => ({
    verdict: 'inconclusive',
    t: steps * stepSeconds,
    blame: null,
    reason: `${steps} steps, ${judgements} judgements so far`,
  });

  return {
    observe(outcome: Outcome) {
      advance(outcome.t);
      if (!decided) (outcome.canary ? canary : stable).add(outcome);
    },
    end(t) {
      advance(t);
      if (decided || judgements === 0) return decided ?? undecided();
      return { ...undecided(), verdict: 'promote', reason: `${judgements} judgements, no metric was high` };
    },
    verdict: () => decided ?? undecided(),
  };
}
