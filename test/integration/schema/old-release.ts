/**
 * What an old release says to the server, made from the tables that are there and from their rows, by one rule for
 * all tables: it knows nothing of the changes that follow.
 *
 * - `ordinary`: inserts, updates and selects with explicit columns, with values like those that are stored.
 * - `any`: besides, whatever else the base accepts: NULL where it may be, repeated and unusual values, upserts.
 */
import type { Client } from 'pg';

export interface Release {
  readonly ordinary: readonly string[];
  readonly any: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly length: number | null;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly writable: boolean;
  /** A value that is stored, as text. */
  readonly sample: string | null;
  /** Hardly two rows agree: new rows bring a value of their own. */
  readonly distinct: boolean;
  readonly isReference: boolean;
  /** Part of the primary key, or pointed to: written once. */
  readonly isKey: boolean;
  /** Of an enum: a release knows them all. */
  readonly labels: readonly string[];
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly keys: readonly string[];
  /** `WHERE` that finds one stored row. */
  readonly one: string;
}

const COLUMNS = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, c.relkind AS kind, quote_ident(a.attname) AS name,
    coalesce(b.typname, t.typname) AS type, CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
    NOT a.attnotnull AS nullable, a.atthasdef OR a.attidentity <> '' AS defaulted,
    a.attgenerated = '' AND a.attidentity <> 'a' AND c.relkind IN ('r', 'p') AS writable,
    EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)) AS reference,
    EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key,
    ARRAY(SELECT enumlabel::text FROM pg_enum e WHERE e.enumtypid = a.atttypid ORDER BY enumsortorder) AS labels
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
  WHERE n.nspname IN ('public', 'billing') AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.oid, a.attnum`;

interface Row {
  readonly relation: string;
  readonly kind: string;
  readonly name: string;
  readonly type: string;
  readonly length: number | null;
  readonly nullable: boolean;
  readonly defaulted: boolean;
  readonly writable: boolean;
  readonly reference: boolean;
  readonly key: boolean;
  readonly labels: readonly string[];
}

const literal = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);

async function lookAt(client: Client, relation: string, rows: readonly Row[]): Promise<Table> {
  const stored = await client.query<Record<string, string | null>>(
    `SELECT ${rows.map((row, at) => `min(${row.name}::text) AS s${at}, count(DISTINCT ${row.name}::text) * 2 >= count(*) AS d${at}`).join(', ')} FROM ${relation}`,
  );
  const keys = await client.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(a.attname), ', ') AS columns FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indexprs IS NULL AND i.indpred IS NULL GROUP BY i.indexrelid`,
    [relation],
  );
  const [values = {}] = stored.rows;
  const columns = rows.map((row, at): Column => ({
    name: row.name,
    type: row.type,
    length: row.length,
    nullable: row.nullable,
    hasDefault: row.defaulted,
    writable: row.writable,
    sample: values[`s${at}`] ?? null,
    distinct: String(values[`d${at}`]) === 'true',
    // A column that is named for another table's key holds one that is there.
    isReference: row.reference || /_(id|by|user)$/.test(row.name),
    isKey: row.key,
    labels: row.labels,
  }));
  const found = columns.find((column) => column.distinct && column.sample !== null) ?? columns[0];
  const one = found ? `${found.name} = ${literal(found.sample)}` : 'true';
  return { name: relation, columns, keys: keys.rows.map((row) => row.columns), one };
}

let serial = 0;

/** A value of its own where rows differ in it, the stored one else. */
function ordinary({ type, sample, distinct, isReference, isKey, length }: Column): string {
  const isOwn = distinct || isKey;
  if (!isOwn || isReference || sample === null) return literal(sample);
  serial += 1;
  if (/^int|^numeric|^float/.test(type)) return String((type === 'int2' ? 900 : 5_000) + serial);
  if (type === 'uuid') return `'00000000-0000-0000-0001-${String(serial).padStart(12, '0')}'`;
  if (/^timestamp|^date/.test(type)) return literal(sample);
  return literal(`${sample}-${serial}`.slice(0, length ?? 200));
}

/** Values at the edge of what the type takes. */
function unusual({ type, length }: Column): readonly string[] {
  const limits: Readonly<Record<string, readonly string[]>> = {
    int2: ['32767', '-7'],
    int4: ['2147483647', '-7', '13'],
    int8: ['9223372036854775807', '-7'],
    numeric: ['0', '-0.1', '99999.9', '999999.99'],
    float4: ['-1e30'],
    text: [`''`, `repeat('Zz ', 2000)`, `'@'`, `repeat('x', 400) || '@x'`],
    varchar: [`''`, `repeat('Z', ${length ?? 3000})`],
    bool: ['true', 'false'],
    timestamptz: [`'1999-01-01'`],
    timestamp: [`'1999-01-01'`],
    date: [`'1999-01-01'`],
    ticket_state: [`'new'`, `'open'`, `'waiting'`, `'solved'`],
    channel: [`'mail'`, `'chat'`],
    inet: [`'10.0.0.7/8'`],
  };
  return limits[type] ?? [];
}

function insertOf(table: Table, columns: readonly Column[], value: (column: Column) => string): string {
  return `INSERT INTO ${table.name} (${columns.map((one) => one.name).join(', ')}) VALUES (${columns.map(value).join(', ')})`;
}

/** As few columns as the base lets an insert give. */
async function leastInsert(client: Client, table: Table, writable: readonly Column[]): Promise<string> {
  let given = writable;
  for (const one of writable) {
    if (!one.nullable && !one.hasDefault) continue;
    const fewer = given.filter((column) => column !== one);
    if (fewer.length > 0 && (await accepted(client, [insertOf(table, fewer, ordinary)])).length > 0) given = fewer;
  }
  return insertOf(table, given, ordinary);
}

async function ordinaryOf(client: Client, table: Table): Promise<string[]> {
  const writable = table.columns.filter((column) => column.writable);
  const select = `SELECT ${table.columns.map((one) => one.name).join(', ')} FROM ${table.name} LIMIT 1`;
  if (writable.length === 0) return [select];
  const updated = writable.filter((column) => !column.isKey);
  return [
    insertOf(table, writable, ordinary),
    await leastInsert(client, table, writable),
    ...updated.flatMap((one) =>
      [ordinary(one), ...one.labels.map(literal)].map(
        (value) => `UPDATE ${table.name} SET ${one.name} = ${value} WHERE ${table.one}`,
      ),
    ),
    select,
  ];
}

function anyOf(table: Table): string[] {
  const writable = table.columns.filter((column) => column.writable);
  const others = (one: Column) => (column: Column) => (column === one ? 'NULL' : ordinary(column));
  return writable
    .flatMap((one) => [
      ...(one.nullable ? [insertOf(table, writable, others(one))] : []),
      ...(one.isKey ? [] : unusual(one)).map(
        (value) => `UPDATE ${table.name} SET ${one.name} = ${value} WHERE ${table.one}`,
      ),
      insertOf(table, writable, (column) => (column === one ? literal(column.sample) : ordinary(column))),
    ])
    .concat(
      table.keys.map((key) => {
        const row = insertOf(table, writable, ordinary);
        return `${row} ON CONFLICT (${key}) DO NOTHING`;
      }),
    );
}

/** What of `statements` the base accepts as it is: only that can break. */
async function accepted(client: Client, statements: readonly string[]): Promise<string[]> {
  const kept: string[] = [];
  for (const sql of statements) {
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL ROLE app; ${sql}`);
      kept.push(sql);
    } catch {
      // The base refuses it: no release says it.
    } finally {
      await client.query('ROLLBACK');
    }
  }
  return kept;
}

export async function releaseOn(client: Client): Promise<Release> {
  serial = 0;
  const { rows } = await client.query<Row>(COLUMNS);
  const names = [...new Set(rows.map((row) => row.relation))];
  const tables: Table[] = [];
  for (const name of names)
    tables.push(
      await lookAt(
        client,
        name,
        rows.filter((row) => row.relation === name),
      ),
    );
  const said: string[] = [];
  for (const table of tables) said.push(...(await ordinaryOf(client, table)));
  const plain = await accepted(client, said);
  const more = await accepted(client, [
    ...tables.flatMap(anyOf),
    `SELECT initials('a'), new_token(), nextval('case_number_seq')`,
  ]);
  return { ordinary: plain, any: [...plain, ...more] };
}
