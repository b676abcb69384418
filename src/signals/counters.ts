/** From counters to what they counted: differences, restarts, and latencies that are not cumulative any more. */
import type { Reading } from './signal.ts';

export type ArmCounts = Extract<Reading, { kind: 'counts' }>['canary'];

/** What an arm has counted since its counters began. Latency: cumulative, bounds ascending and finite; the rest took longer. */
export interface Totals {
  readonly requests: number;
  readonly bad: number;
  readonly latency?: readonly { readonly leMs: number; readonly count: number }[];
}

export const NOTHING: Totals = { requests: 0, bad: 0 };

/**
 * What a smaller value than before means. One counter of one process began anew, and all it has is new (`from-zero`).
 * A sum over processes lost one of them, and what it gained cannot be known (`unknown`).
 */
export type Decrease = 'from-zero' | 'unknown';

/**
 * What was counted in between; null when that cannot be known. Errors that went back alone are no restart: their
 * series is gone, or the two do not come from one process.
 */
export function growth(before: Totals, now: Totals, decrease: Decrease): ArmCounts | null {
  const fell = now.requests < before.requests;
  if (fell ? decrease === 'unknown' : now.bad < before.bad) return null;
  const base = fell ? NOTHING : before;
  const latency = latencyGrowth(base.latency, now.latency, base.requests === 0);
  return {
    requests: now.requests - base.requests,
    bad: now.bad - base.bad,
    ...(latency ? { latency } : {}),
  };
}

type Buckets = Totals['latency'];

/** Null without a histogram, or when it changed its shape: then this interval says nothing about latency. */
function latencyGrowth(before: Buckets, now: Buckets, fromZero: boolean): ArmCounts['latency'] | null {
  if (!now || now.length === 0) return null;
  const base = new Map((before ?? []).map(({ leMs, count }) => [leMs, count]));
  // A bound that was not there before, next to counters that were, has an unknown beginning.
  if (!fromZero && now.some(({ leMs }) => !base.has(leMs))) return null;
  const cumulative = now.map(({ leMs, count }) => ({ leMs, count: count - (base.get(leMs) ?? 0) }));
  const apart = cumulative.map(({ leMs, count }, index) => ({
    leMs,
    count: count - (cumulative[index - 1]?.count ?? 0),
  }));
  return apart.every(({ count }) => count >= 0) ? apart : null;
}

/** Both arms with the bounds that they share, or both without latency. */
export function onSameBounds(canary: Totals, stable: Totals): { canary: Totals; stable: Totals } {
  const bounds = new Set((canary.latency ?? []).map(({ leMs }) => leMs));
  const shared = new Set((stable.latency ?? []).map(({ leMs }) => leMs).filter((leMs) => bounds.has(leMs)));
  const trim = ({ requests, bad, latency }: Totals): Totals => {
    const kept = (latency ?? []).filter(({ leMs }) => shared.has(leMs));
    return kept.length > 0 ? { requests, bad, latency: kept } : { requests, bad };
  };
  return { canary: trim(canary), stable: trim(stable) };
}

/** Why what was counted cannot be used; null when it can. */
export function disbelief(source: string, arms: readonly ArmCounts[]): string | null {
  const numbers = arms.flatMap(({ requests, bad, latency = [] }) => [
    requests,
    bad,
    ...latency.map(({ count }) => count),
  ]);
  const wrong = numbers.find((number) => !Number.isSafeInteger(number) || number < 0);
  if (wrong !== undefined) return `${source} counts ${wrong} where whole requests were asked for`;
  if (arms.every(({ bad, requests }) => bad <= requests)) return null;
  return `${source} counts more errors than requests: the two do not count the same things`;
}

/** Where numbers are revised afterwards (late sessions, corrections): the highest seen, so that nothing is taken back. */
export function highest(before: Totals, now: Totals): Totals {
  return { requests: Math.max(before.requests, now.requests), bad: Math.max(before.bad, now.bad) };
}
