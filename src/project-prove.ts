/** Runs migrations in a scratch database of a real server and tells what it did. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { Problem } from './core/errors.ts';
import type { Observation } from './databases/postgres-observe/observe.ts';

export interface ProvenMigration {
  readonly name: string;
  readonly sql: string;
  readonly transaction: boolean;
}

export interface Proof {
  readonly name: string;
  /** The server's words when it refused. */
  readonly failed: string | null;
  /** It refused rows that were made up for the proof; the rest was then observed without rows. */
  readonly refusedRows: string | null;
  readonly lock: string;
  readonly work: string;
}

export interface Proved {
  readonly proofs: readonly Proof[];
  /** Tables for which no row could be made up: what depends on rows is not seen there. */
  readonly empty: readonly string[];
}

const NEXT = 'set BELAY_SCRATCH_DATABASE_URL to a Postgres server on which a database may be created';

/**
 * The base is laid down in a database of its own, with a few made-up rows in each table, and dropped afterwards.
 * `url` names the server, as `postgres://user@host/postgres`.
 * @throws Problem DATA_FAILED, SCHEMA_UNREADABLE when the server refuses the base
 */
export async function proveMigrations(
  url: string,
  base: string,
  migrations: readonly ProvenMigration[],
): Promise<Proved> {
  if (!URL.canParse(url)) throw new Problem('USAGE', 'BELAY_SCRATCH_DATABASE_URL is no address', { next: NEXT });
  const { nameOf, quoteName, withPostgres } = await import('./databases/postgres-connection.ts');
  const server = new URL(url);
  const scratch = `belay_scratch_${randomBytes(6).toString('hex')}`;
  const { signal } = new AbortController();
  return withPostgres(server, nameOf(server) || 'postgres', signal, async (admin) => {
    await admin.query(`CREATE DATABASE ${quoteName(scratch)}`);
    try {
      return await withPostgres(server, scratch, signal, (client) =>
        withPostgres(server, scratch, signal, (other) => observeAll([client, other], base, migrations)),
      );
    } finally {
      await admin.query(`DROP DATABASE ${quoteName(scratch)} WITH (FORCE)`);
    }
  });
}

type Clients = readonly [client: Client, other: Client];

async function observeAll(clients: Clients, base: string, migrations: readonly ProvenMigration[]): Promise<Proved> {
  const [client] = clients;
  const [{ fillTables }, { splitStatements }] = await Promise.all([
    import('./databases/postgres-observe/fill-tables.ts'),
    import('./schema/postgres/split.ts'),
  ]);
  for (const { text } of splitStatements(base).filter(({ psql }) => !psql)) await layDown(client, text);
  // A dump empties the search path for itself; a migration begins with the usual one.
  await client.query('RESET ALL');
  const { filled, empty } = await fillTables(client);
  const proofs: Proof[] = [];
  for (const migration of migrations) {
    const first = await observe(clients, migration);
    const again = first.failed !== null && first.onRows ? await withoutRows(clients, migration, filled) : null;
    const { failed, lock, work } = again ?? first;
    proofs.push({ name: migration.name, failed, refusedRows: again ? first.failed : null, lock, work });
  }
  return { proofs, empty };
}

async function observe([client, other]: Clients, { sql, transaction }: ProvenMigration): Promise<Observation> {
  const [{ observeInTransaction, observeOneByOne }, { splitStatements }] = await Promise.all([
    import('./databases/postgres-observe/observe.ts'),
    import('./schema/postgres/split.ts'),
  ]);
  const statements = splitStatements(sql).map(({ text }) => text);
  if (!transaction) return observeOneByOne(client, other, statements);
  await client.query('BEGIN');
  const seen = await observeInTransaction(client, statements);
  await client.query(seen.failed === null ? 'COMMIT' : 'ROLLBACK');
  return seen;
}

/** Rows in the way say nothing about the rest of it. */
async function withoutRows(clients: Clients, migration: ProvenMigration, filled: readonly string[]) {
  const [client] = clients;
  for (const table of filled) await client.query(`TRUNCATE ${table} CASCADE`).catch(missingTable);
  return observe(clients, migration);
}

/** An earlier migration may have dropped or renamed it; its rows went, or stay, with it. */
function missingTable(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === '42P01')) throw error;
}

async function layDown(client: Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    const why = `${error instanceof Error ? error.message : String(error)}, at: ${statement.slice(0, 80)}`;
    throw new Problem('SCHEMA_UNREADABLE', 'The scratch server refuses the base', { why, next: NEXT, cause: error });
  }
}
