/** Lower and upper bounds of numbers, lengths and counts. */
import type { JsonObject } from './json.ts';

export interface Bound {
  readonly value: number;
  readonly open: boolean;
}

export interface BoundKeywords {
  readonly least: string;
  readonly most: string;
  readonly above?: string;
  readonly below?: string;
}

export const NUMBER: BoundKeywords = {
  least: 'minimum',
  most: 'maximum',
  above: 'exclusiveMinimum',
  below: 'exclusiveMaximum',
};
export const LENGTH: BoundKeywords = { least: 'minLength', most: 'maxLength' };
export const ITEMS: BoundKeywords = { least: 'minItems', most: 'maxItems' };
export const PROPERTIES: BoundKeywords = { least: 'minProperties', most: 'maxProperties' };

/** Both dialects: `exclusiveMinimum: 3`, and `minimum: 3, exclusiveMinimum: true`. */
function bound(part: JsonObject, keyword: string, strict: string | undefined, sign: 1 | -1): Bound | null {
  const plain = part[keyword];
  const exclusive = strict === undefined ? undefined : part[strict];
  const found: Bound[] = [];
  if (typeof plain === 'number') found.push({ value: plain, open: exclusive === true });
  if (typeof exclusive === 'number') found.push({ value: exclusive, open: true });
  return tightest(found, sign);
}

/** `sign` 1 for lower bounds, -1 for upper ones. */
function tightest(bounds: readonly (Bound | null)[], sign: 1 | -1): Bound | null {
  let best: Bound | null = null;
  for (const one of bounds) {
    if (one !== null && (best === null || isWithin(best, one, sign) === false)) best = one;
  }
  return best;
}

/** Whether what satisfies `inner` satisfies `outer`. */
function isWithin(inner: Bound, outer: Bound, sign: 1 | -1): boolean {
  const difference = (inner.value - outer.value) * sign;
  return difference > 0 || (difference === 0 && (inner.open || !outer.open));
}

export function lower(parts: readonly JsonObject[], words: BoundKeywords): Bound | null {
  return tightest(
    parts.map((part) => bound(part, words.least, words.above, 1)),
    1,
  );
}

export function upper(parts: readonly JsonObject[], words: BoundKeywords): Bound | null {
  return tightest(
    parts.map((part) => bound(part, words.most, words.below, -1)),
    -1,
  );
}

export interface BoundFault {
  readonly keyword: string;
  readonly was: Bound | null;
  readonly now: Bound;
}

/** What of `outer` does not follow from `inner`. Counts and lengths are never below 0. */
export function boundFaults(inner: readonly JsonObject[], outer: JsonObject, words: BoundKeywords): BoundFault[] {
  const natural = words.above === undefined ? { value: 0, open: false } : null;
  const [innerLow, innerHigh] = [lower(inner, words) ?? natural, upper(inner, words)];
  const [low, high] = [lower([outer], words), upper([outer], words)];
  const faults: BoundFault[] = [];
  if (low && !(innerLow && isWithin(innerLow, low, 1))) faults.push({ keyword: words.least, was: innerLow, now: low });
  if (high && !(innerHigh && isWithin(innerHigh, high, -1)))
    faults.push({ keyword: words.most, was: innerHigh, now: high });
  return faults;
}
