/** The time that is asked about, and the days or weeks that its trends are drawn by. */
import type { Bucket } from './metrics.ts';

export const DAY_MS = 86_400_000;

/** Days until a month, weeks from then on. */
const DAYS_DRAWN = 31;

/** Day 4 of 1970 was the first Monday. */
const FIRST_MONDAY = 4;

export interface Period {
  /** Milliseconds since 1970; `until` is excluded, and is the "now" of what is still open. */
  readonly since: number;
  readonly until: number;
  readonly bucket: Bucket;
}

export function periodOf(since: number, until: number, bucket?: Bucket): Period {
  const short = until - since <= DAYS_DRAWN * DAY_MS;
  return { since, until: Math.max(since, until), bucket: bucket ?? (short ? 'day' : 'week') };
}

/** Never below one: a first deployment five minutes ago is not a rate of 288 a day. */
export function daysOf({ since, until }: Pick<Period, 'since' | 'until'>): number {
  return Math.max(1, (until - since) / DAY_MS);
}

export const within = ({ since, until }: Period, at: number): boolean => at >= since && at < until;

/** What of several lists lies in the period. A loop: there may be a hundred thousand, several times for each question. */
export function allWithin<T>(period: Period, lists: Iterable<readonly T[]>, at: (item: T) => number): T[] {
  const found: T[] = [];
  for (const list of lists) for (const item of list) if (within(period, at(item))) found.push(item);
  return found;
}

/** When the day or the week (from Monday, UTC) of a moment begins. */
export function bucketStart(bucket: Bucket, at: number): number {
  const day = Math.floor(at / DAY_MS);
  const first = bucket === 'day' ? day : day - ((((day - FIRST_MONDAY) % 7) + 7) % 7);
  return first * DAY_MS;
}

const lengthOf = (bucket: Bucket): number => (bucket === 'day' ? DAY_MS : 7 * DAY_MS);

/** Everything in the period by day or week, also those in which there was nothing; oldest first. */
export function inBuckets<T>(
  period: Period,
  items: Iterable<T>,
  at: (item: T) => number,
): { readonly start: number; readonly days: number; readonly items: T[] }[] {
  const { bucket, since, until } = period;
  const length = lengthOf(bucket);
  const first = bucketStart(bucket, since);
  const count = Math.max(1, Math.ceil((until - first) / length));
  const buckets = Array.from({ length: count }, (_, index) => {
    const start = first + index * length;
    const days = (Math.min(start + length, until) - Math.max(start, since)) / DAY_MS;
    return { start, days, items: [] as T[] };
  });
  for (const item of items) buckets[Math.floor((at(item) - first) / length)]?.items.push(item);
  return buckets;
}
