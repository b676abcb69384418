/** What is asked of the metrics: which time and environment, by which limits, with which commits. */

export type Bucket = 'day' | 'week';

/** When a practice should be looked at again; null: this one is not watched. */
export interface ReviewLimits {
  /** People who deploy or whose commits are deployed. */
  readonly teamSize: number | null;
  readonly deploysPerWeek: number | null;
  readonly users: number | null;
  /** How many users there are now, as the configuration says: nothing that Belay could see. */
  readonly usersNow: number | null;
  /** From 0 to 1. */
  readonly failureRate: number | null;
  readonly recoveryMs: number | null;
}

/** A commit as git tells it. */
export interface Commit {
  readonly id: string;
  /** ISO time of the commit. */
  readonly at: string;
  readonly parents: readonly string[];
}

export interface MetricsQuery {
  /** Null: all. */
  readonly environment: string | null;
  /** ISO times: what was opened from `since` on and before `until`. `until` is also the "now" of what is still open. */
  readonly since: string;
  readonly until: string;
  /** Default: days up to 31 days, then weeks. */
  readonly bucket?: Bucket;
  readonly review: ReviewLimits;
  /** The repository's commits by id; without it, the lead time is that of the commit that each release is made from. */
  readonly commits?: ReadonlyMap<string, Commit>;
  /** Items of each list; default 100. */
  readonly listLimit?: number;
  /** Points of each series, and marks; default 400. */
  readonly pointLimit?: number;
  /** Keys of the series whose points are wanted; default: every `total`, and those with a regression. */
  readonly series?: readonly string[];
}
