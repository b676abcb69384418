/**
 * Consecutive requests that are compared with one another only. Within a batch the number of bad ones is given,
 * and so is the number of canary ones: what both arms share that second drops out.
 */
import type { Tally } from './odds-kernel.ts';
import { type SortedArms, sortedArms } from './sorted-arms.ts';

/** One counted request of the open batch. */
export interface Unit {
  readonly canary: boolean;
  readonly bad: boolean;
  readonly latencyMs: number;
  readonly instance: string | null;
  readonly minute: number;
  /** Cell of its client in the minute's window; -1 without a client. */
  readonly cell: number;
}

/** About two seconds of traffic, a power of two from 16 to 64. @param ratePerSecond requests of both arms */
export function batchSize(ratePerSecond: number): number {
  return Math.max(16, Math.min(64, 2 ** Math.round(Math.log2(Math.max(ratePerSecond, 1) * 2))));
}

/** A batch this old is closed once it has the smallest size; the traffic has fallen since. */
const STALE_AFTER_SECONDS = 60;
const SMALLEST = 16;
/** A batch this old is closed whatever its size. */
const CLOSED_AFTER_SECONDS = 300;

/** Whether a batch ends before the next request. Looks at size and age only: never at arm or outcome. */
export function isOverdue(size: number, ageSeconds: number): boolean {
  if (size === 0) return false;
  return ageSeconds >= CLOSED_AFTER_SECONDS || (size >= SMALLEST && ageSeconds >= STALE_AFTER_SECONDS);
}

/** How many of the batch are canary, bad, and both. */
export function tallyOf(units: readonly Unit[], isBad: (unit: Unit) => boolean): Tally {
  let canary = 0;
  let bad = 0;
  let canaryBad = 0;
  for (const unit of units) {
    const failed = isBad(unit);
    if (unit.canary) canary += 1;
    if (failed) bad += 1;
    if (failed && unit.canary) canaryBad += 1;
  }
  return { requests: units.length, canary, bad, canaryBad };
}

/** What the bets look at. */
export interface Batch {
  readonly errors: Tally;
  /** Null where latency is not judged. */
  readonly arms: SortedArms | null;
}

export function batchOf(units: readonly Unit[], judgesLatency: boolean): Batch {
  return { errors: tallyOf(units, (unit) => unit.bad), arms: judgesLatency ? sortedArms(units) : null };
}
