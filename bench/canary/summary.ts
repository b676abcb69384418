/** Figures over the rollouts of one cell, as the reference's tables have them. */

/** What one judge did in one rollout. */
export interface Ending {
  readonly verdict: 'rollback' | 'promote' | 'inconclusive';
  /** Seconds, canary requests and failed canary requests since the onset: until the verdict, or until the end. */
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  /** Taken back before there was a reason to. */
  readonly early: boolean;
}

export interface Summary {
  readonly runs: number;
  /** Share that was taken back. */
  readonly found: number;
  readonly promoted: number;
  /** Of all rollouts; infinite when that many were not found. */
  readonly requests: { readonly median: number; readonly p90: number; readonly mean: number };
  readonly seconds: { readonly median: number; readonly p90: number };
  readonly failed: number;
  /** Median canary requests until it may be promoted; infinite when half are not. */
  readonly promotedAfter: { readonly requests: number; readonly seconds: number };
}

/** The value that at least `share` of the values do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * (sorted.length - 1)))] ?? Number.NaN;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export function summarise(endings: readonly Ending[]): Summary {
  const when = (verdict: Ending['verdict'], key: 'requests' | 'seconds') =>
    endings.map((ending) => (ending.verdict === verdict ? ending[key] : Number.POSITIVE_INFINITY));
  const [requests, seconds] = [when('rollback', 'requests'), when('rollback', 'seconds')];
  const shareOf = (verdict: Ending['verdict']) =>
    endings.filter((ending) => ending.verdict === verdict).length / endings.length;
  return {
    runs: endings.length,
    found: shareOf('rollback'),
    promoted: shareOf('promote'),
    requests: {
      median: quantile(requests, 0.5),
      p90: quantile(requests, 0.9),
      mean: mean(endings.map((ending) => ending.requests)),
    },
    seconds: { median: quantile(seconds, 0.5), p90: quantile(seconds, 0.9) },
    failed: quantile(
      endings.map((ending) => ending.failed),
      0.5,
    ),
    promotedAfter: {
      requests: quantile(when('promote', 'requests'), 0.5),
      seconds: quantile(when('promote', 'seconds'), 0.5),
    },
  };
}
