/** Moments as people write them on the command line: a day, an ISO time, or an age. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../util/duration.ts';

/** ISO time with milliseconds of `2026-11-21`, `2026-11-21T09:00Z`, `7d` (ago); days begin in local time. */
export function parseMoment(text: string, now = new Date()): string | null {
  const age = parseDuration(text);
  if (age !== null) return new Date(now.getTime() - age).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}([T ]\S+)?$/.test(text)) return null;
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

export function momentOption(text: string): string {
  const moment = parseMoment(text);
  if (moment === null) throw new InvalidArgumentError('expected a day (2026-11-21), an ISO time, or an age such as 7d');
  return moment;
}
