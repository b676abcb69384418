/** Values that a column may hold, as SQL: what its type suggests, and what its constraints name. */

export interface ColumnFacts {
  /** Quoted. */
  readonly name: string;
  readonly position: number;
  /** Of a domain, the type below it. */
  readonly type: string;
  readonly length: number | null;
  readonly nullable: boolean;
  /** A sequence, an identity or an expression gives the value. */
  readonly fillsItself: boolean;
  readonly labels: readonly string[];
  /** Literals in the checks and partition bounds that speak of it. */
  readonly named: readonly string[];
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const two = (number: number): string => String(number).padStart(2, '0');

/** By type; the first is what is tried first. `row` counts from 1. */
const BY_TYPE: Readonly<Record<string, (row: number) => readonly string[]>> = {
  int2: (row) => [String(row), '1', '0', '-1', '100'],
  int4: (row) => [String(row), '1', '0', '-1', '1000'],
  int8: (row) => [String(row), '1', '0', '-1', '1000'],
  numeric: (row) => [`${row}.5`, String(row), '1', '0', '0.5'],
  float4: (row) => [`${row}.5`, '1', '0'],
  float8: (row) => [`${row}.5`, '1', '0'],
  money: (row) => [quoted(String(row))],
  bool: (row) => [row % 2 === 0 ? 'true' : 'false', 'true', 'false'],
  uuid: (row) => [quoted(`00000000-0000-4000-8000-${String(row).padStart(12, '0')}`)],
  date: (row) => [quoted(`2026-01-${two(row)}`)],
  timestamp: (row) => [quoted(`2026-01-${two(row)} 10:00`)],
  timestamptz: (row) => [quoted(`2026-01-${two(row)} 10:00Z`)],
  time: (row) => [quoted(`10:${two(row)}`)],
  timetz: (row) => [quoted(`10:${two(row)}Z`)],
  interval: (row) => [quoted(`${row} hours`)],
  json: (row) => [quoted(`{"n": ${row}}`), quoted('{}'), quoted('[]')],
  jsonb: (row) => [quoted(`{"n": ${row}}`), quoted('{}'), quoted('[]')],
  bytea: (row) => [quoted(`\\x${two(row)}`)],
  inet: (row) => [quoted(`10.0.0.${row}`)],
  cidr: (row) => [quoted(`10.0.${row}.0/24`)],
  macaddr: (row) => [quoted(`08:00:2b:01:02:${two(row)}`)],
  int4range: (row) => [quoted(`[${row * 10},${row * 10 + 5})`)],
  int8range: (row) => [quoted(`[${row * 10},${row * 10 + 5})`)],
  numrange: (row) => [quoted(`[${row * 10},${row * 10 + 5})`)],
  daterange: (row) => [quoted(`[2026-${two(1 + (row % 12))}-01,2026-${two(1 + (row % 12))}-05)`)],
  tstzrange: (row) => [quoted(`[2026-01-${two(row)},2026-01-${two(row)} 05:00)`)],
  tsvector: (row) => [quoted(`word${row}`)],
  xml: (row) => [quoted(`<n>${row}</n>`)],
};

function texts(row: number, length: number | null): readonly string[] {
  const values = [`text ${row}`, `name${row}@example.org`, `https://example.org/${row}`, `A${row}`, '', 'a'.repeat(40)];
  const [most, exact] = [length ?? 60, length === null ? [] : [String(row).padStart(length, 'A')]];
  return [...values, ...exact, `a-${row}`, `+4930${row}`, `#${String(row).padStart(6, '0')}`].map((value) =>
    quoted(value.slice(0, most)),
  );
}

/** Empty where no value of the type is known. */
export function candidatesFor({ type, length, labels, named }: ColumnFacts, row: number): readonly string[] {
  if (labels.length > 0) return labels.map((_, at) => quoted(labels[(row + at) % labels.length] ?? ''));
  if (type.startsWith('_')) return [quoted('{}')];
  const own = BY_TYPE[type]?.(row) ?? (/^(text|varchar|bpchar|citext|name|char)$/.test(type) ? texts(row, length) : []);
  const turned = named.map((_, at) => named[(row + at) % named.length] ?? '');
  const [first, ...rest] = own;
  return [...(first === undefined ? [] : [first]), ...turned, ...rest];
}
