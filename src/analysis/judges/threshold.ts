/** The judge of fixed limits, as Argo Rollouts and Flagger have it: every interval one look at the canary alone. */
import type { MetricName, Outcome } from '../analysis.ts';
import type { Judge, JudgeVerdict } from './judge.ts';

export interface ThresholdOptions {
  /** Seconds between two looks. Argo's examples: 60 and 300; Flagger: 60. */
  readonly intervalSeconds: number;
  /** A look fails below this share of good answers: 0.99. */
  readonly successRateMin: number;
  /** A look fails when the 99th percentile is above; null: latency is not looked at. */
  readonly p99LimitMs: number | null;
  /**
   * The release is taken back when more looks than this have failed, in a row or not: Argo's `failureLimit`.
   * Flagger's `threshold` of n is a failure limit of n - 1.
   */
  readonly failureLimit: number;
}

export const THRESHOLD_DEFAULTS: ThresholdOptions = {
  intervalSeconds: 60,
  successRateMin: 0.99,
  p99LimitMs: 500,
  failureLimit: 1,
};

/** Rates are quotients of small whole numbers: exactly at the limit is not above it. */
const ROUNDING = 1e-12;

interface Interval {
  requests: number;
  bad: number;
  /** Answers up to the limit of the 99th percentile; counting them gives that percentile's side of it without keeping any. */
  quick: number;
}

const empty = (): Interval => ({ requests: 0, bad: 0, quick: 0 });

/** The metrics of which this interval was a failure. An interval without canary traffic cannot fail. */
function failures({ requests, bad, quick }: Interval, options: ThresholdOptions): MetricName[] {
  if (requests === 0) return [];
  const failed: MetricName[] = [];
  if (bad / requests > 1 - options.successRateMin + ROUNDING) failed.push('errors');
  // The 99th percentile is the value at this place, counted from 0 in ascending order.
  const place = Math.floor(0.99 * (requests - 1));
  if (options.p99LimitMs !== null && quick <= place) failed.push('latency');
  return failed;
}

/**
 * Fixed limits on the canary alone, every metric with a failure count of its own.
 *
 * What it does to false rollbacks: there is no bound on them. The stable release is never looked at, so a dependency
 * that fails for both is the canary's fault, and a service whose usual error rate is near the limit is rolled back
 * sooner or later whatever it ships: at 1 % errors and 5 % of 50 requests a second, a limit of 99 % takes back every
 * good release within half an hour. A limit far enough away to be quiet is blind to a release five times as bad.
 */
export function createThresholdJudge(options: ThresholdOptions = THRESHOLD_DEFAULTS): Judge {
  const { intervalSeconds, failureLimit } = options;
  const failed: Record<MetricName, number> = { errors: 0, latency: 0 };
  let open = empty();
  let index = 0;
  let looks = 0;
  let decided: JudgeVerdict | null = null;

  function look(at: number): void {
    if (open.requests > 0) looks += 1;
    for (const metric of failures(open, options)) {
      failed[metric] += 1;
      if (failed[metric] <= failureLimit || decided) continue;
      const reason = `${failed[metric]} looks of ${intervalSeconds} s failed on ${metric}; ${failureLimit} may`;
      decided = { verdict: 'rollback', t: at, blame: metric, reason };
    }
    open = empty();
  }

  function advance(t: number): void {
    for (; !decided && t >= (index + 1) * intervalSeconds; index++) look((index + 1) * intervalSeconds);
  }

  const undecided = (): JudgeVerdict => ({
    verdict: 'inconclusive',
    t: index * intervalSeconds,
    blame: null,
    reason: `${looks} looks so far; failed on errors ${failed.errors}, on latency ${failed.latency}`,
  });

  return {
    observe({ t, canary, bad, latencyMs }: Outcome) {
      advance(t);
      if (decided || !canary) return;
      open.requests += 1;
      if (bad) open.bad += 1;
      if (latencyMs <= (options.p99LimitMs ?? 0)) open.quick += 1;
    },
    end(t) {
      advance(t);
      if (decided || looks === 0) return decided ?? undecided();
      return { ...undecided(), verdict: 'promote', reason: `${looks} looks, no more than ${failureLimit} failed` };
    },
    verdict: () => decided ?? undecided(),
  };
}
