/** Latency histograms of a scrape, read as counts above bounds that were fixed beforehand. */
import type { ArmCounts, Counts } from './analysis.ts';
import type { Tally } from './odds-kernel.ts';

/** The same ascending bounds in both arms. */
export interface Histograms {
  readonly bounds: readonly number[];
  readonly canary: ArmHistogram;
  readonly stable: ArmHistogram;
}

interface ArmHistogram {
  readonly total: number;
  /** Requests above the bound of the same index. */
  readonly above: readonly number[];
}

const NOTHING: Tally = { requests: 0, canary: 0, bad: 0, canaryBad: 0 };

/** Null unless both arms brought one. */
export function histogramsOf({ canary, stable }: Counts): Histograms | null {
  if (canary.latency === undefined || stable.latency === undefined || canary.latency.length === 0) return null;
  return {
    bounds: canary.latency.map((bucket) => bucket.leMs),
    canary: armHistogram(canary),
    stable: armHistogram(stable),
  };
}

/** What no bucket counted lies above the last one. */
function armHistogram(arm: ArmCounts): ArmHistogram {
  const buckets = arm.latency ?? [];
  const total = Math.max(arm.requests, sum(buckets.map((bucket) => bucket.count)));
  let below = 0;
  const above = buckets.map((bucket) => {
    below += bucket.count;
    return total - below;
  });
  return { total, above };
}

/** The first bound of the histograms at or above `bound`; null when there is no finite one. */
export function tailLimit({ bounds }: Histograms, bound: number): number | null {
  return bounds.find((le) => le >= bound && Number.isFinite(le)) ?? null;
}

/**
 * Requests slower than `bound`, where the canary is forgiven to be `factor` times as slow. Buckets are coarse, so
 * its bound is the first at or above `factor` times that of stable: what the canary is charged with is certain.
 */
export function tailTally({ bounds, canary, stable }: Histograms, bound: number, factor: number): Tally {
  const at = bounds.findIndex((le) => le >= bound && Number.isFinite(le));
  const limit = bounds[at];
  if (limit === undefined) return NOTHING;
  const canaryAt = bounds.findIndex((le) => le >= limit * factor && Number.isFinite(le));
  return canaryAt === -1 ? NOTHING : tally(canary, canaryAt, stable, at);
}

/**
 * As `tailTally`, for the test that the canary is not `factor` times as slow: its bound is the last at or below
 * `factor` times that of stable.
 */
export function fasterTally({ bounds, canary, stable }: Histograms, bound: number, factor: number): Tally {
  const at = bounds.findIndex((le) => le >= bound && Number.isFinite(le));
  const limit = bounds[at];
  if (limit === undefined) return NOTHING;
  const canaryAt = bounds.findLastIndex((le) => le <= limit * factor && Number.isFinite(le));
  return canaryAt === -1 ? NOTHING : tally(canary, canaryAt, stable, at);
}

function tally(canary: ArmHistogram, canaryAt: number, stable: ArmHistogram, stableAt: number): Tally {
  const canaryBad = canary.above[canaryAt] ?? 0;
  const bad = canaryBad + (stable.above[stableAt] ?? 0);
  return { requests: canary.total + stable.total, canary: canary.total, bad, canaryBad };
}

/** The smallest bound that the share `q` of the stable requests stays under; null when none is finite. */
export function quantileBound({ bounds, stable }: Histograms, q: number): number | null {
  const at = bounds.findIndex((_, i) => (stable.above[i] ?? 0) <= (1 - q) * stable.total);
  const bound = bounds[at === -1 ? bounds.length - 1 : at];
  if (bound !== undefined && Number.isFinite(bound)) return bound;
  return bounds.findLast((le) => Number.isFinite(le)) ?? null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
