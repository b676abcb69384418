/** The content of a Postgres database as one fingerprint, whatever the order in which rows lie on disk. */
import type { Client } from 'pg';
import { hashOf } from '../core/journal.ts';
import type { Fingerprint } from './database.ts';
import { OWN_RELATION, schemaHash } from './postgres-catalog.ts';
import { rowsOf } from './postgres-connection.ts';

export interface TableContent {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Two sums of 64-bit hashes over the text of each row. */
  readonly hash: string;
}

/** Where a sequence stands, as `42 true`: last value, and whether it was given out. */
export type Sequences = Readonly<Record<string, string>>;

export interface Content {
  readonly schema: string;
  readonly tables: readonly TableContent[];
  readonly sequences: Sequences;
  readonly largeObjects: readonly string[];
}

/** The text of a row must not depend on the settings of who asks; rows hidden by a policy are an error. */
const SETTINGS = `SET LOCAL search_path = ''; SET LOCAL row_security = off; SET LOCAL timezone = 'UTC';
  SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3;
  SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`;

/** Runs `job` on one consistent state of the database, which writers do not disturb. */
export async function inSnapshot<T>(client: Client, job: () => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(SETTINGS);
  const result = await job();
  await client.query('COMMIT');
  return result;
}

async function namesOf(client: Client, kind: 'r' | 'S'): Promise<string[]> {
  const rows = await rowsOf(
    client,
    `SELECT c.oid::regclass::text AS name FROM pg_class c, pg_namespace n
     WHERE ${OWN_RELATION} AND c.relkind = $1 AND c.relpersistence <> 't' ORDER BY 1`,
    [kind],
  );
  return rows.map((row) => String(row['name']));
}

async function readTable(client: Client, name: string): Promise<TableContent> {
  const [row] = await rowsOf(
    client,
    `SELECT count(*) AS rows, coalesce(sum(octet_length(line)), 0) AS bytes,
       coalesce(sum(hashtextextended(line, 0)), 0) || ':' || coalesce(sum(hashtextextended(line, 1)), 0) AS hash
     FROM (SELECT (whole.*)::text AS line FROM ONLY ${name} AS whole) AS lines`,
  );
  return { name, rows: Number(row?.['rows']), bytes: Number(row?.['bytes']), hash: String(row?.['hash']) };
}

/** Not part of any snapshot: sequences never go back with a transaction. */
export async function readSequences(client: Client): Promise<Sequences> {
  const sequences: Record<string, string> = {};
  for (const name of await namesOf(client, 'S')) {
    const [row] = await rowsOf(client, `SELECT last_value, is_called FROM ${name}`);
    sequences[name] = `${String(row?.['last_value'])} ${String(row?.['is_called'])}`;
  }
  return sequences;
}

/** Reads every row. Call within {@link inSnapshot}. */
export async function readContent(client: Client): Promise<Content> {
  const schema = await schemaHash(client);
  const tables: TableContent[] = [];
  for (const name of await namesOf(client, 'r')) tables.push(await readTable(client, name));
  const sequences = await readSequences(client);
  const objects = await rowsOf(
    client,
    'SELECT oid, md5(lo_get(oid)) AS hash FROM pg_largeobject_metadata ORDER BY oid',
  );
  return {
    schema,
    tables,
    sequences,
    largeObjects: objects.map((row) => `${String(row['oid'])} ${String(row['hash'])}`),
  };
}

export function contentFingerprint({ schema, tables, sequences, largeObjects }: Content): Fingerprint {
  return {
    content: hashOf([tables, sequences, largeObjects]),
    schema,
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    items: tables.reduce((sum, table) => sum + table.rows, 0),
  };
}

/** Rows that may differ at most, between two states of which only hashes are known. */
export function rowsAtMost(then: readonly TableContent[], now: readonly TableContent[]): number {
  const before = new Map(then.map((table) => [table.name, table]));
  const after = new Map(now.map((table) => [table.name, table]));
  let rows = 0;
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(name), after.get(name)];
    if (a?.hash !== b?.hash || a?.rows !== b?.rows) rows += Math.max(a?.rows ?? 0, b?.rows ?? 0);
  }
  return rows;
}
