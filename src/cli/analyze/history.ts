/** What the traffic before the canary tells: its rate, and the latencies that count as its tail. */
import type { Baseline } from '../../analysis/analysis.ts';

/** The latest so many latencies are kept; of more, the older ones say less about today. */
const KEPT = 1 << 16;
const SHARES = [0.9, 0.95, 0.99, 0.999] as const;
/** Without any history: batches of 32 requests, and a time rule that closes them on quiet services. */
const UNKNOWN_RATE = 16;

export interface History {
  add(t: number, latencyMs: number): void;
  readonly requests: number;
  baseline(): Baseline;
}

/** Memory: 512 kB, whatever the length of the history. */
export function createHistory(): History {
  const latencies = new Float64Array(KEPT);
  let requests = 0;
  let from = 0;

  const at = (sorted: Float64Array, share: number): number => {
    const place = Math.max(1, Math.ceil(share * sorted.length)) - 1;
    const value = sorted[place] ?? 0;
    return Number.isFinite(value) ? value : Number.MAX_VALUE;
  };

  return {
    get requests() {
      return requests;
    },
    add(t, latencyMs) {
      if (requests === 0) from = t;
      latencies[requests % KEPT] = latencyMs;
      requests += 1;
    },
    baseline() {
      if (requests === 0) return { ratePerSecond: UNKNOWN_RATE, quantilesMs: null };
      const sorted = latencies.slice(0, Math.min(requests, KEPT)).sort();
      const [p90, p95, p99, p999] = SHARES;
      return {
        ratePerSecond: requests / Math.max(1, -from),
        quantilesMs: [at(sorted, p90), at(sorted, p95), at(sorted, p99), at(sorted, p999)],
      };
    },
  };
}
