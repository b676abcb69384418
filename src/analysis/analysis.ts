/**
 * What goes into the comparison of two releases and what comes out. Everything here is plain JSON, so that
 * a rollout can be interrupted, moved to another process and replayed with the same numbers.
 */

import type { RatioInterval } from './ratio-interval.ts';
import type { AnalysisState } from './state.ts';

export type { RatioInterval } from './ratio-interval.ts';
export type { AnalysisState } from './state.ts';

/** One request of either arm. */
export interface Outcome {
  /** Seconds; never decreasing within a rollout. */
  readonly t: number;
  readonly canary: boolean;
  readonly bad: boolean;
  /** Milliseconds; `Infinity` when no answer came. */
  readonly latencyMs: number;
  /** Who asked; with it one outcome counts per client and minute. Null: every request is a client of its own. */
  readonly client: string | null;
  /** Which instance of its arm answered; null when there is one only or it is not known. */
  readonly instance: string | null;
}

/** What a scrape saw of both arms since the scrape before: counters, not requests. */
export interface Counts {
  /** Seconds, end of the interval. */
  readonly t: number;
  readonly canary: ArmCounts;
  readonly stable: ArmCounts;
}

export interface ArmCounts {
  readonly requests: number;
  readonly bad: number;
  /** Requests up to each bound, not cumulative; the same ascending bounds in both arms. Absent without a histogram. */
  readonly latency?: readonly { readonly leMs: number; readonly count: number }[];
}

export type MetricName = 'errors' | 'latency';

export interface AnalysisOptions {
  /** Highest probability of taking a good release back, over the whole rollout. */
  readonly alpha: number;
  /** Highest probability of promoting a release that is worse than `promoteBelow`. */
  readonly beta: number;
  readonly errors: {
    /** A candidate up to this many times the stable release's odds of an error is good; 1: no worse. */
    readonly tolerance: number;
    /** Promotable when it is shown to be below this many times; above `tolerance`. */
    readonly promoteBelow: number;
    /** An error rate up to this is never a reason to go back; null: compare only. */
    readonly floor: number | null;
  };
  /** Null: latency is not judged. */
  readonly latency: {
    /** Relative slowdown that is still good: 0.1 is ten per cent. */
    readonly tolerance: number;
    readonly promoteBelow: number;
  } | null;
  /** From before the canary: requests per second of both arms, and latencies to take the tail's bounds from. */
  readonly history: Baseline;
  /** A cold start is forgiven up to `tolerance` times the errors for this long. Null: judged strictly from the start. */
  readonly grace: { readonly seconds: number; readonly tolerance: number } | null;
}

export interface Baseline {
  readonly ratePerSecond: number;
  /** Milliseconds at p90, p95, p99 and p99.9; null when nothing is known. */
  readonly quantilesMs: readonly [number, number, number, number] | null;
}

/** Where the evidence stands. Natural logarithms. */
export interface MetricReport {
  readonly metric: MetricName;
  readonly logE: number;
  /** Evidence that the candidate is not worse than `promoteBelow`. */
  readonly logPromote: number;
}

export interface AnalysisReport {
  /** Seconds of the last outcome. */
  readonly t: number;
  readonly verdict: 'rollback' | 'promote' | 'undecided' | 'void';
  /** Why it is void: requests do not reach the arms by the configured shares. */
  readonly voidReason: string | null;
  /** When the verdict fell; null while undecided. */
  readonly decidedAt: number | null;
  readonly logE: number;
  /** The largest it ever was: `exp(-peakLogE)` is a p-value that holds at all times. */
  readonly peakLogE: number;
  /** `log(1 / alpha)`: `logE` at or above it takes the release back. */
  readonly bound: number;
  readonly metrics: readonly MetricReport[];
  /** Why it was taken back; or, while undecided, the instance that is sick by itself: replace it. */
  readonly blame: { readonly metric: MetricName; readonly instance: string | null } | null;
  readonly canary: { readonly requests: number; readonly bad: number };
  readonly stable: { readonly requests: number; readonly bad: number };
  /** Ratio of the odds of an error, with its confidence sequence; null without an error. */
  readonly ratio: RatioInterval | null;
  /**
   * The bound from before the canary that tells the releases apart best: the share of each one's requests that took
   * longer. Null where latency is not judged, no bound is known or a release has no request.
   */
  readonly tail: {
    readonly quantile: 'p90' | 'p95' | 'p99' | 'p99.9';
    readonly boundMs: number;
    readonly canary: number;
    readonly stable: number;
  } | null;
}

/**
 * The comparison of one rollout. Call `cut` once at the start (it sets the zero of the clock and the share), at each
 * change of weight and at the end of each stage; `report` may be looked at as often as one likes.
 */
export interface Analyser {
  /**
   * One request. A `t` behind the latest one counts as the latest.
   * @throws RangeError that names the field when it is not a number that can be
   */
  observe(outcome: Outcome): void;
  /** One scrape; one that spans a cut is counted but not judged. @throws RangeError as `observe` */
  count(counts: Counts): void;
  /**
   * Change of weight or end of a stage: ends the open micro-batch and puts part of the held-back capital to work.
   * @param share of the requests that go to the canary from here on; null: not known; left out: as before
   */
  cut(t: number, share?: number | null): void;
  /** Ends the open micro-batch and moves nothing else: before shards are merged, and at the very end. */
  flush(): void;
  report(): AnalysisReport;
  /** Continues bit for bit in another process, under the same options. */
  state(): AnalysisState;
}
