/** Quiet hours by the clock of a zone, daylight saving included. Pure. */
import type { QuietHours } from '../notifiers/notifier.ts';

const DAY_MIN = 24 * 60;
const MINUTE_MS = 60_000;

/** When they end, or `now` where they are not in force. Milliseconds since 1970. */
export function quietUntil({ from, to, zone }: QuietHours, now: number): number {
  const length = (to - from + DAY_MIN) % DAY_MIN;
  const minute = minuteOfDay(zone, now);
  const since = (minute - from + DAY_MIN) % DAY_MIN;
  if (since >= length) return now;
  const end = startOfMinute(now) + (length - since) * MINUTE_MS;
  // The clock may have been changed between now and then: an hour at most, mostly.
  const late = ((minuteOfDay(zone, end) - to + DAY_MIN * 1.5) % DAY_MIN) - DAY_MIN / 2;
  return Math.max(now, end - late * MINUTE_MS);
}

const startOfMinute = (ms: number): number => ms - (ms % MINUTE_MS);

function minuteOfDay(timeZone: string, ms: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = parts.format(ms).split(':').map(Number);
  return hour * 60 + minute;
}
