/**
 * The bounds that make a latency "slow". They are fixed before the batch they judge, which is all that a test
 * martingale asks of them: from history, else learned once from the first traffic, which is then not judged by them.
 */
import type { Baseline } from './analysis.ts';
import { type Histograms, quantileBound } from './histogram.ts';
import type { Timed } from './sorted-arms.ts';

export interface LatencyBoundsState {
  /** At p90, p95, p99 and p99.9 of all traffic. */
  readonly tails: readonly number[] | null;
  /** At p25, p50, p75, p90 and p95 of stable, where histograms are read. */
  readonly body: readonly number[] | null;
  /** Latencies kept until there are enough of them; empty afterwards. */
  readonly sample: readonly number[];
}

export interface LatencyBounds {
  tails(): readonly number[] | null;
  body(): readonly number[] | null;
  /** After the batch was judged. */
  learnUnits(units: readonly Timed[]): void;
  learnCounts(histograms: Histograms): void;
  state(): LatencyBoundsState;
}

const TAILS = [0.9, 0.95, 0.99, 0.999];
const BODY = [0.25, 0.5, 0.75, 0.9, 0.95];
/** Both arms together: enough to know p99, and learned within seconds on a busy site. */
const SAMPLE = 512;

export function createLatencyBounds(history: Baseline, state?: LatencyBoundsState): LatencyBounds {
  let tails = state?.tails ?? history.quantilesMs;
  let body = state?.body ?? null;
  let sample = state?.sample.slice() ?? [];
  return {
    tails: () => tails,
    body: () => body,
    learnUnits: (units) => {
      if (tails !== null) return;
      for (const { latencyMs } of units) if (Number.isFinite(latencyMs)) sample.push(latencyMs);
      if (sample.length < SAMPLE) return;
      const ordered = sample.toSorted((a, b) => a - b);
      tails = TAILS.map((q) => ordered[Math.min(ordered.length, Math.ceil(q * ordered.length)) - 1] ?? 0);
      sample = [];
    },
    learnCounts: (histograms) => {
      if (histograms.stable.total < SAMPLE / 2) return;
      body ??= allOf(BODY.map((q) => quantileBound(histograms, q)));
      tails ??= allOf(TAILS.map((q) => quantileBound(histograms, q)));
    },
    state: () => ({ tails, body, sample: sample.slice() }),
  };
}

function allOf(bounds: readonly (number | null)[]): readonly number[] | null {
  const known = bounds.filter((bound) => bound !== null);
  return known.length === bounds.length ? known : null;
}
