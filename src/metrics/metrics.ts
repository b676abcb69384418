/** What deployments were like over a period: the one answer that the command line, the API and the dashboard show. Plain JSON. */
import type { DeploymentKind } from '../core/events.ts';
import type { Outcome } from '../core/state.ts';
import type { Bucket } from './metrics-query.ts';

export type { Bucket, Commit, MetricsQuery, ReviewLimits } from './metrics-query.ts';

export const METRICS_FORMAT = 1;

/** Fewer deployments than this say too little to judge anybody by. */
export const FEW_DEPLOYMENTS = 20;

/** `s` is seconds; `share` is from 0 to 1; `per-day` a count for each day of the period. */
export type FigureUnit = 's' | 'share' | 'per-day';

/** One deployment, or one commit of it, behind a figure. */
export interface FigureItem {
  readonly deployment: string;
  readonly environment: string;
  /** ISO time at which it counts. */
  readonly at: string;
  readonly release: string;
  readonly commit: string;
  /** Seconds, of times; of other figures 1 where it counts and 0 where not. */
  readonly value: number;
  /** Not over yet: the value is the least that it can be. */
  readonly atLeast: boolean;
  /** Why it counts as it does; null where nothing is to be said. */
  readonly note: string | null;
}

export interface FigurePoint {
  /** ISO time at which the day or the week (Monday, UTC) begins. */
  readonly at: string;
  /** Null where there was nothing to measure. */
  readonly value: number | null;
  readonly n: number;
}

export interface Figure {
  readonly title: string;
  /** Null: unknown; the caveats say why. Of times it is the median. */
  readonly value: number | null;
  readonly unit: FigureUnit;
  /** True: what is still open makes the value a lower bound, shown as "≥". */
  readonly atLeast: boolean;
  /** How many observations the value rests on. */
  readonly n: number;
  /** How many of them count, of a share; equal to `n` otherwise. */
  readonly count: number;
  /** Of times only. */
  readonly quantiles: { readonly p50: number; readonly p75: number; readonly p95: number } | null;
  /** What is counted and what is not, in one or two sentences. */
  readonly definition: string;
  /** What to keep in mind about this very value: left out, few, open. */
  readonly caveats: readonly string[];
  readonly trend: readonly FigurePoint[];
  /** Newest first, at most `listLimit` of the query; of a share those that spoil it: what failed, was reworked, did not commit. */
  readonly list: readonly FigureItem[];
  /** How many the list would have without its limit. */
  readonly listed: number;
}

export interface DoraFigures {
  /** What is counted as production; null: all environments together. */
  readonly environment: string | null;
  readonly deploymentFrequency: Figure;
  readonly changeLeadTime: Figure;
  readonly changeFailRate: Figure;
  readonly recoveryTime: Figure;
  readonly reworkRate: Figure;
}

export interface Totals {
  /** Everything that was opened in the period, of all kinds. */
  readonly deployments: number;
  readonly byKind: Readonly<Record<DeploymentKind, number>>;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** Not ended yet. */
  readonly open: number;
  /** Rollbacks of releases that had been committed: begun by a trigger, and by a person. */
  readonly automaticRollbacks: number;
  readonly manualRollbacks: number;
}

/** `deploy` counts promotes as well, `rollback` counts restores. */
export type Way = 'deploy' | 'rollback';

export interface SeriesName {
  readonly environment: string;
  readonly way: Way;
  /** `total`: from opening to the outcome. Otherwise the kind of the step: `stage`, `start`, `activate`, … */
  readonly step: string;
  /** Null for what concerns all targets. */
  readonly target: string | null;
  /** Of a canary: which of its stages, from 0. */
  readonly stage: number | null;
}

export interface DurationRow extends SeriesName {
  /** Key of the series; the same one in `series` and `regressions`. */
  readonly series: string;
  readonly n: number;
  /** All in seconds. */
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly longest: number;
  readonly latest: number;
}

export interface SeriesPoint {
  /** ISO time at which the step ended. */
  readonly x: string;
  /** Seconds. */
  readonly y: number;
  /** Short name of the release: the commit's first seven characters. */
  readonly release: string;
  readonly deployment: string;
}

export interface Series extends SeriesName {
  readonly series: string;
  /** "stage on vercel, production" */
  readonly title: string;
  /** Oldest first; the newest `pointLimit` of the query. */
  readonly points: readonly SeriesPoint[];
  /** How many there are in the period. */
  readonly n: number;
}

/** A moment at which something else went live: a vertical line in the charts. */
export interface ReleaseMark {
  readonly at: string;
  readonly environment: string;
  readonly deployment: string;
  readonly release: string;
  /** Short name, as in the points. */
  readonly name: string;
  readonly kind: DeploymentKind;
}

export interface TrendPoint {
  readonly at: string;
  /** Deploys and promotes that ended in this day or week. */
  readonly ended: number;
  readonly committed: number;
  readonly rolledBack: number;
  readonly refused: number;
  readonly stuck: number;
  readonly automaticRollbacks: number;
  readonly manualRollbacks: number;
  /** Median from opening to the commit, in seconds; null without any. */
  readonly medianSeconds: number | null;
}

/** What making and starting a release took. Null: the journal does not say. */
export interface ReleaseFigures {
  readonly release: string;
  readonly name: string;
  readonly environment: string;
  readonly deployment: string;
  readonly at: string;
  readonly buildSeconds: number | null;
  readonly startSeconds: number | null;
  /** Of its processes, as soon as they were ready: where the target can tell (`local`, on Linux). */
  readonly memoryBytes: number | null;
}

export interface Regression extends SeriesName {
  readonly series: string;
  /** The first deployment of the slower times, and its release. */
  readonly deployment: string;
  readonly release: string;
  readonly name: string;
  readonly at: string;
  readonly medianBefore: number;
  readonly medianAfter: number;
  /** 1.4: 40 % slower. */
  readonly ratio: number;
  readonly nBefore: number;
  readonly nAfter: number;
  /** Probability of so clear a change somewhere in any of the series that were looked at, where nothing has changed. */
  readonly p: number;
  /** Series that were looked at: what `p` is corrected for. */
  readonly lookedAt: number;
  /** "stage on vercel (production) got 40 % slower from release 4f2c1d9 on: median 61 s to 85 s, p = 0.002, n = 20 + 12" */
  readonly text: string;
}

export type ReviewKey = 'teamSize' | 'deploysPerWeek' | 'users' | 'failureRate' | 'recovery';

/** A threshold of the configuration, and the practice to look at when it is crossed. */
export interface Review {
  readonly key: ReviewKey;
  /** `due`: look at the practice. `not-checked`: there is nothing to compare, and `why` says so. */
  readonly state: 'due' | 'fine' | 'not-checked';
  /** In the unit of the limit: people, per week, users, a share, seconds. */
  readonly observed: number | null;
  readonly limit: number | null;
  readonly practice: string;
  readonly why: string;
}

export interface Metrics {
  readonly format: typeof METRICS_FORMAT;
  /** Null: all environments. */
  readonly environment: string | null;
  /** Every environment that the journal knows, by name. */
  readonly environments: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly bucket: Bucket;
  readonly totals: Totals;
  readonly successRate: Figure;
  readonly pipelineFailureRate: Figure;
  /** From opening to the commit. */
  readonly duration: Figure;
  readonly dora: DoraFigures;
  readonly durations: readonly DurationRow[];
  readonly trend: readonly TrendPoint[];
  readonly series: readonly Series[];
  /** Oldest first; the newest `pointLimit`. */
  readonly marks: readonly ReleaseMark[];
  /** Newest first; at most `listLimit`. */
  readonly releases: readonly ReleaseFigures[];
  readonly regressions: readonly Regression[];
  readonly reviews: readonly Review[];
}
