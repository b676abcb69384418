/**
 * How far a writer's clock was behind an earlier event's, for each environment: with it a window of time is found as a
 * range of numbers. Written only when an event is late, so that an append costs no more.
 */
import type { JournalEvent } from '../core/events.ts';

export interface Lateness {
  /** The latest time of any event up to the last late one. */
  readonly high: string;
  /** Whole seconds, rounded up: no event is further behind any earlier one. */
  readonly backS: number;
}

/** For a time that cannot be read: thirty years, so that hardly any range is narrowed. */
const UNKNOWN_S = 1_000_000_000;

/**
 * What is to be kept after these events; null when none was late.
 * @param lastAt time of the event before them; null when they are the first
 */
export function latenessAfter(
  known: Lateness | null,
  lastAt: string | null,
  events: readonly JournalEvent[],
): Lateness | null {
  let high = [known?.high ?? '', lastAt ?? ''].reduce((a, b) => (a > b ? a : b));
  let backS = known?.backS ?? 0;
  let late: string | null = null;
  for (const { at } of events) {
    if (at >= high) {
      high = at;
      continue;
    }
    const behind = Math.ceil((Date.parse(high) - Date.parse(at)) / 1_000);
    backS = Math.max(backS, Number.isNaN(behind) ? UNKNOWN_S : behind);
    late = high;
  }
  return late === null ? null : { high: late, backS };
}
