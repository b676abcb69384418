/** Recorded canary rollouts, made from a seed: the same bytes on every machine. */
import { seededRandom } from '../simulation/random.ts';

export interface TraceShape {
  readonly seed: number;
  /** Seconds of history before the canary, and of the canary. */
  readonly history?: number;
  readonly seconds: number;
  readonly ratePerSecond: number;
  /** From when which share of the requests goes to the canary. */
  readonly steps: readonly (readonly [t: number, share: number])[];
  readonly errors: number;
  /** From `onset` on the canary fails this many times as often, and is slower as told. */
  readonly ratio?: number;
  readonly onset?: number;
  /** Share of the canary's requests that take two seconds longer. */
  readonly slowShare?: number;
}

export interface TraceRow {
  readonly t: number;
  readonly arm: 'c' | 'b';
  readonly status: number;
  readonly latency_ms: number;
}

export function traceRows(shape: TraceShape): TraceRow[] {
  const { history = 30, seconds, ratePerSecond, steps, errors, ratio = 1, onset = 0, slowShare = 0 } = shape;
  const random = seededRandom(shape.seed);
  const rows: TraceRow[] = [];
  for (let at = -history; at < seconds; at -= Math.log(1 - random.next()) / ratePerSecond) {
    const share = at < 0 ? 0 : (steps.findLast(([from]) => from <= at)?.[1] ?? 0);
    const canary = random.chance(share);
    const worse = canary && at >= onset;
    const failed = random.chance(worse ? errors * ratio : errors);
    const slow = worse && random.chance(slowShare);
    const latency = 40 - 60 * Math.log(1 - random.next()) + (slow ? 2_000 : 0);
    const [t, latency_ms] = [Math.round(at * 1_000) / 1_000, Math.round(latency * 10) / 10];
    rows.push({ t, arm: canary ? 'c' : 'b', status: failed ? 503 : 200, latency_ms });
  }
  return rows;
}

export function traceCsv(rows: readonly TraceRow[]): string {
  const lines = rows.map(({ t, arm, status, latency_ms }) => `${t},${arm},${status},${latency_ms}`);
  return `t,arm,status,latency_ms\n${lines.join('\n')}\n`;
}

export const traceNdjson = (rows: readonly TraceRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export const metaOf = ({ steps, seconds }: TraceShape) => ({ weight_steps: steps, duration_s: seconds });
