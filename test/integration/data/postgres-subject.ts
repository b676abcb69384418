/** A Postgres database with the things that make restoring hard, for the contract suite and the tests beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createPostgresData } from '../../../src/databases/postgres.ts';
import type { DataSubject } from '../../../src/testing/data-contract.ts';
import { dataContext } from './subjects.ts';

const SCHEMA = `
  CREATE SCHEMA "Odd schema";
  CREATE TYPE mood AS ENUM ('glad', 'sad');
  CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE >= 0);
  CREATE TABLE item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feeling mood DEFAULT 'glad',
    kind varchar(20) CHECK (kind IN ('book', 'film')), cost price, ratio double precision, made timestamptz, raw bytea,
    dropped int, double_cost numeric GENERATED ALWAYS AS (cost * 2) STORED);
  ALTER TABLE item DROP COLUMN dropped;
  CREATE TABLE "Odd schema"."It's odd" (whole int, lines serial);
  CREATE TABLE part (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE part_2026 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE INDEX item_kind ON item (lower(name)) WHERE kind IN ('book', 'film');
  CREATE VIEW books AS SELECT * FROM item WHERE kind IN ('book');
  CREATE MATERIALIZED VIEW names AS SELECT name FROM item;
  CREATE SEQUENCE untouched START 7;
  CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.made = now(); RETURN NEW; END';
  CREATE TRIGGER touched BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE EXTENSION pgcrypto;
  INSERT INTO item (name, kind, cost, ratio, made, raw)
    SELECT 'item ' || n, CASE WHEN n % 2 = 0 THEN 'book' END, n, 1.0 / n, now(), decode('00ff', 'hex') FROM generate_series(1, 50) n;
  INSERT INTO item (name) VALUES ('twin'), ('twin');
  INSERT INTO "Odd schema"."It's odd" (whole) VALUES (1), (NULL);
  INSERT INTO part VALUES (1, '2026-05-05');
  SELECT lo_from_bytea(0, 'a large object');`;

const READ = `SELECT string_agg(line, E'\\n' ORDER BY line) AS text FROM (
  SELECT item::text AS line FROM item UNION ALL SELECT odd::text FROM "Odd schema"."It's odd" odd
  UNION ALL SELECT part::text FROM part UNION ALL SELECT 'next ' || last_value FROM item_id_seq
  UNION ALL SELECT lo_get(oid)::text FROM pg_largeobject_metadata) lines`;

/** One query, or several separated by semicolons, on a connection of its own. */
export async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

export function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

let databases = 0;

export interface PostgresSubject extends DataSubject {
  readonly url: string;
  readonly name: string;
}

export async function postgresSubject(server: string, method: 'dump' | 'template'): Promise<PostgresSubject> {
  databases += 1;
  const name = `shop "${databases}"`;
  const admin = databaseUrl(server, 'postgres');
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await ask(admin, `CREATE DATABASE ${quoted}`);
  const url = databaseUrl(server, name);
  await ask(url, SCHEMA);
  await ask(admin, `ALTER DATABASE ${quoted} SET search_path = "$user", public, "Odd schema"`);
  await ask(admin, `ALTER DATABASE ${quoted} SET work_mem = '5MB'`);
  const folder = await mkdtemp(join(tmpdir(), 'belay-data-'));
  const snapshots = join(folder, 'snapshots');
  return {
    url,
    name,
    snapshots,
    data: createPostgresData({ url, snapshots, method }),
    ctx: dataContext(),
    read: async () => String((await ask(url, READ))[0]?.['text']),
    async write() {
      await ask(
        url,
        `UPDATE item SET name = name || '+' WHERE id = 2; DELETE FROM item WHERE id = (SELECT min(id) FROM item); INSERT INTO item (name) VALUES ('new')`,
      );
    },
    async lose() {
      await ask(admin, `DROP DATABASE ${quoted} WITH (FORCE)`);
    },
    async close() {
      await ask(admin, `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
