/** The requests that ended while traffic was split: a bounded ring, read with a cursor. */
import { randomBytes } from 'node:crypto';
import type { Observation, Observations, RouteTable } from './router.ts';

export interface ObservationLog {
  /** Told of every table: requests are kept while traffic is split, and a minute more. */
  follow(table: RouteTable): void;
  keeps(): boolean;
  record(observation: Observation): void;
  /** Requests that ended without anybody seeing them. */
  miss(count: number): void;
  /** Nobody knows what ended just now: whoever reads past this is told so. */
  interrupt(): void;
  /** At most 8,192 at once. Null: from now on. */
  read(after: string | null): Observations;
}

export interface ObservationLogOptions {
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** Requests kept at once. */
  readonly size?: number;
}

/** What was observed, one that was missed, or an interruption. */
type Entry = Observation | 'missed' | 'interrupted';

export const KEPT_OBSERVATIONS = 65_536;
/** For a reader that comes late. */
const KEPT_AFTER_MS = 60_000;
/** One answer must not stop its process for longer than a few milliseconds. */
const AT_ONCE = 8_192;

export function isSplit({ shares }: RouteTable): boolean {
  return Object.values(shares).filter((share) => share > 0).length > 1;
}

export function createObservationLog({ now, size = KEPT_OBSERVATIONS }: ObservationLogOptions): ObservationLog {
  // Another one for each life of the router: a cursor of an earlier life is recognised.
  const life = randomBytes(6).toString('hex');
  let ring: Entry[] = [];
  /** Numbers of the first one since the ring was last emptied, and of the next one to come. */
  let first = 0;
  let next = 0;
  let keptUntil = Number.NEGATIVE_INFINITY;

  function add(entry: Entry): void {
    ring[(next - first) % size] = entry;
    next += 1;
  }

  function forgetWhenOver(): void {
    if (now() <= keptUntil || ring.length === 0) return;
    ring = [];
    first = next;
  }

  function positionOf(cursor: string): number | null {
    const [its, position] = cursor.split('.');
    const number = Number(position);
    return its === life && Number.isInteger(number) && number >= 0 && number <= next ? number : null;
  }

  const between = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ring[(from + index - first) % size] ?? 'missed');

  return {
    follow(table) {
      if (isSplit(table)) keptUntil = Number.POSITIVE_INFINITY;
      else if (keptUntil === Number.POSITIVE_INFINITY) keptUntil = now() + KEPT_AFTER_MS;
      forgetWhenOver();
    },
    keeps: () => now() <= keptUntil,
    record(observation) {
      if (now() <= keptUntil) add(observation);
    },
    miss(count) {
      if (now() > keptUntil) return;
      // Beyond the ring's size a number says as much as an entry.
      next += Math.max(0, count - size);
      for (let index = 0; index < Math.min(count, size); index++) add('missed');
    },
    interrupt: () => add('interrupted'),
    read(after) {
      forgetWhenOver();
      if (after === null) return { next: `${life}.${next}`, missed: 0, items: [] };
      const oldest = Math.max(first, next - size);
      const position = positionOf(after);
      const from = Math.max(position ?? oldest, oldest);
      const to = Math.min(next, from + AT_ONCE);
      const entries = between(from, to);
      const restarted = position === null || entries.includes('interrupted');
      return {
        next: `${life}.${to}`,
        missed: entries.filter((entry) => entry === 'missed').length + from - (position ?? from),
        items: entries.filter((entry) => typeof entry === 'object'),
        ...(restarted ? { restarted } : {}),
      };
    },
  };
}
