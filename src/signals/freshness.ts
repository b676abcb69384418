/** Whether evidence may be believed by its time: clocks that disagree, and numbers that are too old, are no data. */
import { formatDuration } from '../util/duration.ts';

/** Clocks that are kept by NTP differ by far less; answers tell theirs in whole seconds. */
const SKEW_MS = 10_000;

export interface Stamped {
  /** Kind of the signal, for messages. */
  readonly source: string;
  /** Our clock, when the source answered. Milliseconds since 1970, as all of these. */
  readonly now: number;
  /** The clock of the source; null when it does not tell. */
  readonly clock: number | null;
  /** When the evidence was true, by the clock of the source; null when it does not tell. */
  readonly evidence: number | null;
  /** Evidence older than this is stale. */
  readonly oldestMs: number;
}

/** Why it may not be believed; null when it may. */
export function doubt({ source, now, clock, evidence, oldestMs }: Stamped): string | null {
  const ahead = clock === null ? 0 : clock - now;
  if (Math.abs(ahead) > SKEW_MS) {
    return `the clock of ${source} is ${formatDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}`;
  }
  if (evidence === null) return null;
  const age = (clock ?? now) - evidence;
  if (age < -SKEW_MS) return `${source} has evidence from ${formatDuration(-age)} in the future: a clock is wrong`;
  if (age > oldestMs) {
    return `the newest evidence of ${source} is ${formatDuration(age)} old; at most ${formatDuration(oldestMs)} were expected`;
  }
  return null;
}
