/** One arm's metrics, one value per step of time, as a monitoring system would hand them to a judge. */
import type { Outcome } from '../analysis.ts';

/** Buckets of one per cent: finer than the histograms of the systems that such judges read. */
const GROWTH = Math.log(1.01);
const LOWEST_MS = 0.01;
const BUCKETS = Math.ceil(Math.log(1e9) / GROWTH);

export interface StepSeries {
  readonly errorRate: readonly number[];
  readonly meanMs: readonly number[];
  readonly p99Ms: readonly number[];
  add(outcome: Outcome): void;
  /** Ends the step; one without requests leaves no value. */
  close(): void;
}

/** Memory: one histogram and three numbers per step. Requests without an answer count as errors and have no latency. */
export function createStepSeries(): StepSeries {
  const [errorRate, meanMs, p99Ms]: [number[], number[], number[]] = [[], [], []];
  const buckets = new Uint32Array(BUCKETS);
  let [requests, bad, answered, sum] = [0, 0, 0, 0];

  function percentile(share: number): number {
    let left = Math.floor(share * (answered - 1)) + 1;
    for (let at = 0; at < BUCKETS; at++) {
      left -= buckets[at] ?? 0;
      if (left <= 0) return LOWEST_MS * Math.exp((at + 0.5) * GROWTH);
    }
    return Number.POSITIVE_INFINITY;
  }

  return {
    errorRate,
    meanMs,
    p99Ms,
    add({ bad: failed, latencyMs }) {
      requests += 1;
      if (failed) bad += 1;
      if (latencyMs === Number.POSITIVE_INFINITY) return;
      answered += 1;
      sum += latencyMs;
      const at = Math.floor(Math.log(Math.max(latencyMs, LOWEST_MS) / LOWEST_MS) / GROWTH);
      const bucket = Math.min(BUCKETS - 1, at);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    },
    close() {
      if (requests > 0) errorRate.push(bad / requests);
      if (answered > 0) {
        meanMs.push(sum / answered);
        p99Ms.push(percentile(0.99));
      }
      buckets.fill(0);
      [requests, bad, answered, sum] = [0, 0, 0, 0];
    },
  };
}
