/** What the server knows about the tables of a scratch database, as far as rows have to satisfy it. */
import type { Client } from 'pg';
import type { ColumnFacts } from './plausible-values.ts';

export interface ForeignKey {
  readonly columns: readonly string[];
  /** Quoted, with its schema. */
  readonly target: string;
  readonly targetColumns: readonly string[];
}

export interface TableFacts {
  readonly name: string;
  readonly columns: readonly ColumnFacts[];
  readonly foreignKeys: readonly ForeignKey[];
}

const OURS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_'`;

/** Tables that rows are inserted into: of a partitioned one its parent, of a partition nothing. */
const COLUMNS = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", quote_ident(a.attname) AS name,
    a.attnum::int AS position, coalesce(b.typname, t.typname)::text AS type,
    CASE WHEN coalesce(b.typname, t.typname) IN ('varchar', 'bpchar') AND greatest(a.atttypmod, t.typtypmod) > 4
      THEN greatest(a.atttypmod, t.typtypmod) - 4 END AS length,
    NOT a.attnotnull AND NOT t.typnotnull AS nullable, a.attgenerated <> '' AS generated,
    a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid), '') ~ '^nextval' AS counted,
    ARRAY(SELECT enumlabel::text FROM pg_enum e WHERE e.enumtypid = coalesce(b.oid, t.oid) ORDER BY enumsortorder) AS labels,
    ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.contype = 'c'
      AND ((k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) OR k.contypid = t.oid)) AS checks,
    ARRAY(SELECT pg_get_expr(p.relpartbound, p.oid) FROM pg_partitioned_table s JOIN pg_inherits i ON i.inhparent = s.partrelid
      JOIN pg_class p ON p.oid = i.inhrelid WHERE s.partrelid = c.oid AND a.attnum = ANY (s.partattrs)) AS bounds
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE ${OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.oid, a.attnum`;

const FOREIGN_KEYS = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table",
    quote_ident(tn.nspname) || '.' || quote_ident(tc.relname) AS target,
    ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.conkey) WITH ORDINALITY u(num, at)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.at) AS columns,
    ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.confkey) WITH ORDINALITY u(num, at)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.at) AS "targetColumns"
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class tc ON tc.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0 AND ${OURS}`;

interface ColumnRow extends Omit<ColumnFacts, 'fillsItself' | 'named'> {
  readonly table: string;
  readonly generated: boolean;
  readonly counted: boolean;
  readonly checks: readonly string[];
  readonly bounds: readonly string[];
}

/** Constants in the text of a constraint, as SQL; numbers with their neighbours, for bounds that leave them out. */
function literalsIn(text: string): readonly string[] {
  const strings = [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([literal]) => literal);
  const bare = text.replaceAll(/'(?:[^']|'')*'(?:::[\w ]+)?/g, '');
  const numbers = [...bare.matchAll(/(?<![\w.$])-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  return [...strings, ...numbers.flatMap((number) => [number, number + 1, number - 1].map(String))];
}

/** In the order of their making. */
export async function readTables(client: Client): Promise<readonly TableFacts[]> {
  const { rows } = await client.query<ColumnRow>(COLUMNS);
  const keys = await client.query<ForeignKey & { readonly table: string }>(FOREIGN_KEYS);
  const names = [...new Set(rows.map(({ table }) => table))];
  return names.map((name) => ({
    name,
    columns: rows
      .filter(({ table }) => table === name)
      .map(({ generated, counted, checks, bounds, ...column }) => ({
        ...column,
        fillsItself: generated || counted,
        named: [...bounds, ...checks].flatMap(literalsIn),
      })),
    foreignKeys: keys.rows.filter(({ table }) => table === name),
  }));
}
