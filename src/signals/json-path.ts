/** Numbers and times out of a JSON document by JSONPath (RFC 9535). */
import type { JSONValue } from 'json-p3';
import { type Arms, quoteInside, withReleases } from './releases.ts';
import { unusable } from './refusals.ts';

/** Reads single values; a path that selects nothing is null. */
export interface Reader {
  count(path: string): number | null;
  time(path: string): number | null;
}

/** Ids of releases that a path is tried with before there are any. */
const EXAMPLE: Arms = { canary: 'canary', stable: 'stable' };

/** Loaded here and not at the top: only who reads JSON pays for it. @throws Problem CONFIG_INVALID */
export async function readerOf(document: unknown, arms: Arms): Promise<Reader> {
  const { jsonpath } = await import('json-p3');
  const valueAt = (path: string): unknown => {
    const filled = withReleases(path, arms, quoteInside);
    let values: unknown[];
    try {
      values = jsonpath.query(filled, document as JSONValue).values();
    } catch (error) {
      throw unusable('http', `${filled} is not a JSONPath: ${(error as Error).message}`);
    }
    if (values.length > 1) throw unusable('http', `${filled} selects ${values.length} values; one is needed`);
    return values[0] ?? null;
  };
  return {
    count(path) {
      const value = valueAt(path);
      if (value === null) return null;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
      throw unusable('http', `${path} is ${JSON.stringify(value).slice(0, 40)}, and no count`);
    },
    time(path) {
      const value = valueAt(path);
      if (value === null) return null;
      const ms = instant(value);
      if (ms === null) throw unusable('http', `${path} is ${JSON.stringify(value).slice(0, 40)}, and no time`);
      return ms;
    },
  };
}

/** @throws Problem CONFIG_INVALID for a path that could never be read */
export async function refuseBadPaths(paths: readonly string[]): Promise<void> {
  const reader = await readerOf(null, EXAMPLE);
  for (const path of paths) reader.count(path);
}

/** Seconds since 1970 have ten digits, milliseconds thirteen. */
function instant(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return value < 1e11 ? value * 1_000 : value;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}
