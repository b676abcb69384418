/** Which casts Postgres makes by itself, and which change nothing on disk. */
import { formatType } from './ast.ts';
import { domainOf, enumOf, qualified } from './lookup.ts';
import type { Catalog, ColumnType } from './model.ts';

/** `same` bytes, a `convert`ing assignment cast, only `explicit` (USING), or `none` that we know of. */
export type CastKind = 'same' | 'convert' | 'explicit' | 'none' | 'unknown';

const NUMBERS = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'];
const STRINGS = ['text', 'varchar', 'bpchar', 'name', 'citext'];
const TIMES = ['date', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval'];
const KNOWN = new Set([
  ...NUMBERS,
  ...STRINGS,
  ...TIMES,
  'bool',
  'uuid',
  'json',
  'jsonb',
  'bytea',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'xml',
  'money',
  'bit',
  'varbit',
  'oid',
  'char',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'tsvector',
  'tsquery',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
  'hstore',
  'regclass',
  'pg_lsn',
]);

/** Pairs that only relabel the value. */
const SAME = new Set([
  'text>varchar',
  'varchar>text',
  'text>bpchar',
  'varchar>bpchar',
  'text>citext',
  'varchar>citext',
  'citext>text',
  'citext>varchar',
  'cidr>inet',
  'bit>varbit',
  'varbit>bit',
  'xml>text',
  'xml>varchar',
  'xml>bpchar',
  'int4>oid',
  'oid>int4',
  'regclass>oid',
  'oid>regclass',
  'regclass>int4',
  'int4>regclass',
]);
/** Assignment casts that compute. */
const CONVERT = new Set([
  'date>timestamp',
  'date>timestamptz',
  'timestamp>date',
  'timestamp>timestamptz',
  'timestamptz>timestamp',
  'timestamptz>date',
  'timestamp>time',
  'timestamptz>time',
  'timestamptz>timetz',
  'time>interval',
  'interval>time',
  'time>timetz',
  'timetz>time',
  'json>jsonb',
  'jsonb>json',
  'inet>cidr',
  'int4>money',
  'int8>money',
  'numeric>money',
  'money>numeric',
  'int8>oid',
  'oid>int8',
  'int2>oid',
  'bpchar>citext',
  'citext>bpchar',
  'inet>citext',
  'bool>citext',
  'int2>regclass',
  'int8>regclass',
  'regclass>int8',
  'macaddr>macaddr8',
  'macaddr8>macaddr',
]);
const EXPLICIT = new Set([
  'int4>bool',
  'bool>int4',
  'bit>int4',
  'int4>bit',
  'int8>bit',
  'bit>int8',
  'text>xml',
  'varchar>xml',
  'jsonb>bool',
  'jsonb>numeric',
  'jsonb>int4',
  'jsonb>int8',
  'jsonb>int2',
  'jsonb>float4',
  'jsonb>float8',
]);

const ALIASES: Readonly<Record<string, string>> = { character: 'bpchar', decimal: 'numeric', boolean: 'bool' };

/** The type below domains. */
export function baseType(catalog: Catalog, type: ColumnType): ColumnType {
  const domain = type.array ? null : domainOf(catalog, type);
  if (domain) return baseType(catalog, domain.base);
  const short = type.name.split('.').at(-1) ?? '';
  const name = enumOf(catalog, type) ? qualified(catalog, type).name : (ALIASES[short] ?? short);
  return { ...type, name };
}

/** The kind of cast that ALTER COLUMN TYPE finds without USING; lengths aside. */
export function castKind(catalog: Catalog, from: ColumnType, to: ColumnType): CastKind {
  const [a, b] = [baseType(catalog, from), baseType(catalog, to)];
  if (a.array !== b.array) return STRINGS.includes(b.name) && !b.array ? 'convert' : 'none';
  if (a.array) {
    if (a.name === b.name) return 'same';
    const inner = castKind(catalog, { ...a, array: false }, { ...b, array: false });
    return inner === 'same' ? 'convert' : inner;
  }
  if (a.name === b.name) return 'same';
  if (a.name === '?' || b.name === '?') return 'unknown';
  const pair = `${a.name}>${b.name}`;
  if (SAME.has(pair)) return 'same';
  if (CONVERT.has(pair)) return 'convert';
  if (NUMBERS.includes(a.name) && NUMBERS.includes(b.name)) return 'convert';
  if (['text', 'varchar', 'bpchar', 'name', 'char'].includes(b.name)) return 'convert';
  if (STRINGS.includes(a.name) || EXPLICIT.has(pair)) return 'explicit';
  const known = (name: string) => KNOWN.has(name) || catalog.types.get(name)?.kind === 'enum';
  return known(a.name) && known(b.name) ? 'none' : 'unknown';
}

const COMPARABLE: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'],
  ['text', 'varchar', 'bpchar', 'name', 'citext'],
  ['date', 'timestamp', 'timestamptz'],
  ['inet', 'cidr'],
  ['int4', 'oid', 'regclass'],
];

/** Whether an equality operator exists: what a foreign key needs. Unknown types pass. */
export function isComparable(catalog: Catalog, from: ColumnType, to: ColumnType): boolean {
  const [a, b] = [baseType(catalog, from), baseType(catalog, to)];
  if (a.array !== b.array) return false;
  if (a.name === b.name || a.name === '?' || b.name === '?') return true;
  return COMPARABLE.some((group) => group.includes(a.name) && group.includes(b.name));
}

const GROWS_FREELY = new Set(['varchar', 'varbit', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval']);

/** Whether a change of length or precision alone leaves the bytes as they are. */
function lengthIsFree(from: ColumnType, to: ColumnType): boolean {
  const [a, b] = [from.mods, to.mods];
  if (to.name === 'bpchar' || to.name === 'bit') return from.name === to.name && formatType(from) === formatType(to);
  if (b.length === 0) return true;
  if (to.name === 'numeric') {
    return a.length > 0 && (a[1] ?? 0) === (b[1] ?? 0) && (b[0] ?? 0) >= (a[0] ?? 0);
  }
  if (!GROWS_FREELY.has(to.name) || from.name !== to.name) return a.join() === b.join() && from.name === to.name;
  if (/^time|^interval/.test(to.name) && b.at(-1) === 6) return true;
  return a.length > 0 && (b.at(-1) ?? 0) >= (a.at(-1) ?? 0);
}

/** True when the table keeps its bytes: only the catalog changes. */
export function isFreeChange(catalog: Catalog, from: ColumnType, to: ColumnType): boolean {
  const target = domainOf(catalog, to);
  if (target && (target.checks.length > 0 || target.notNull)) return false;
  if (from.array || to.array) return formatType(baseType(catalog, from)) === formatType(baseType(catalog, to));
  const [a, b] = [baseType(catalog, from), baseType(catalog, to)];
  if (castKind(catalog, a, b) !== 'same') return false;
  return lengthIsFree(a, b);
}
