/** Whether a column's new type takes every value that the old one took. */
import { formatType } from './ast.ts';
import { enumOf } from './lookup.ts';
import type { Catalog, ColumnType } from './model.ts';

export type Change = 'equal' | 'wider' | 'other' | 'refuses' | 'unknown';

/** Null when no enum is involved. */
export function compareEnums(base: Catalog, now: Catalog, from: ColumnType, to: ColumnType): Change | null {
  const [a, b] = [enumOf(base, from), enumOf(now, to)];
  if (!a && !b) return null;
  if (a && b) {
    if (a.labels.some((label) => !b.labels.includes(label))) return 'refuses';
    return b.labels.length > a.labels.length ? 'wider' : 'equal';
  }
  if (b) return 'refuses';
  return /^(text|varchar|citext|name)$/.test(to.name) &&
    fits(to, Math.max(...(a?.labels ?? []).map((label) => label.length)))
    ? 'wider'
    : 'refuses';
}

const fits = (type: ColumnType, length: number) => type.mods[0] === undefined || type.mods[0] >= length;

const WHOLE: Readonly<Record<string, number>> = { int2: 2, int4: 4, oid: 4, int8: 8 };
const TEXTS = new Set(['text', 'varchar', 'bpchar', 'citext']);
const MOMENTS = new Set(['timestamp', 'timestamptz', 'date']);

/** Whether each value that the old type takes is taken by the new one. */
export function compareBase(a: ColumnType, b: ColumnType): Change {
  if (formatType(a) === formatType(b)) return 'equal';
  if (a.name === '?' || b.name === '?') return 'unknown';
  if (a.array !== b.array) return TEXTS.has(b.name) && !b.array && b.mods.length === 0 ? 'other' : 'refuses';
  if (TEXTS.has(a.name)) return compareTexts(a, b);
  const [x, y] = [WHOLE[a.name], WHOLE[b.name]];
  if (x && y) return y > x ? 'wider' : y === x ? 'other' : 'refuses';
  if (b.name === 'numeric') return compareToNumeric(a, b);
  if (b.name.startsWith('float') && (x || /^(float|numeric)/.test(a.name)))
    return b.name === 'float4' && a.name === 'float8' ? 'refuses' : 'wider';
  if (TEXTS.has(b.name))
    return b.mods.length === 0 ? 'wider' : fits(b, LONGEST[a.name] ?? Infinity) ? 'other' : 'refuses';
  if (y && /^(float|numeric)/.test(a.name)) return 'refuses';
  if (MOMENTS.has(a.name) && MOMENTS.has(b.name)) return 'other';
  if (a.name === b.name) return sameFamily(a, b);
  if (OTHERS.has(`${a.name}>${b.name}`)) return 'other';
  return 'refuses';
}

/** The most characters that a value takes as text. */
const LONGEST: Readonly<Record<string, number>> = { uuid: 36, bool: 5, int2: 6, int4: 11, int8: 20, date: 13 };
const OTHERS = new Set([
  'json>jsonb',
  'jsonb>json',
  'cidr>inet',
  'bit>varbit',
  'time>timetz',
  'timetz>time',
  'time>interval',
  'macaddr>macaddr8',
  'int4>money',
  'timestamp>time',
]);

function compareTexts(a: ColumnType, b: ColumnType): Change {
  if (!TEXTS.has(b.name)) return 'refuses';
  const [from, to] = [a.mods[0] ?? (a.name === 'bpchar' ? 1 : Infinity), b.mods[0] ?? Infinity];
  if (to < from) return 'refuses';
  return to > from ? 'wider' : 'other';
}

function compareToNumeric(a: ColumnType, b: ColumnType): Change {
  if (b.mods.length === 0) return /^(int|float|numeric|money|oid)/.test(a.name) ? 'wider' : 'refuses';
  const whole = (b.mods[0] ?? 0) - (b.mods[1] ?? 0);
  const digits: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };
  const needed =
    a.name === 'numeric'
      ? a.mods.length === 0
        ? Infinity
        : (a.mods[0] ?? 0) - (a.mods[1] ?? 0)
      : (digits[a.name] ?? Infinity);
  if (whole < needed) return 'refuses';
  return whole > needed ? 'wider' : 'other';
}

/** Same type, other length: bits must keep theirs, times are rounded, never refused. */
function sameFamily(a: ColumnType, b: ColumnType): Change {
  if (/^time|^interval/.test(a.name)) return 'other';
  if (a.name === 'bit') return 'refuses';
  const [from, to] = [a.mods[0] ?? Infinity, b.mods[0] ?? Infinity];
  return to < from ? 'refuses' : 'wider';
}
