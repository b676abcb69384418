/** Runs migrations in a scratch database of a real server and tells what it did. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { Problem } from './core/errors.ts';

export interface ProvenMigration {
  readonly name: string;
  readonly sql: string;
  readonly transaction: boolean;
}

export interface Proof {
  readonly name: string;
  /** The server's words when it refused. */
  readonly failed: string | null;
  readonly lock: string;
  readonly work: string;
}

const NEXT = 'set BELAY_SCRATCH_DATABASE_URL to a Postgres server on which a database may be created';

/**
 * The base is laid down in a database of its own, which is dropped afterwards; its tables are empty, so scans and
 * refused rows are not seen. `url` names the server, as `postgres://user@host/postgres`.
 * @throws Problem DATA_FAILED, SCHEMA_UNREADABLE when the server refuses the base
 */
export async function proveMigrations(
  url: string,
  base: string,
  migrations: readonly ProvenMigration[],
): Promise<readonly Proof[]> {
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

async function observeAll(
  [client, other]: Clients,
  base: string,
  migrations: readonly ProvenMigration[],
): Promise<readonly Proof[]> {
  const [{ observeInTransaction, observeOneByOne }, { splitStatements }] = await Promise.all([
    import('./databases/postgres-observe/observe.ts'),
    import('./schema/postgres/split.ts'),
  ]);
  for (const { text } of splitStatements(base).filter(({ psql }) => !psql)) await layDown(client, text);
  const proofs: Proof[] = [];
  for (const { name, sql, transaction } of migrations) {
    const statements = splitStatements(sql).map(({ text }) => text);
    if (transaction) await client.query('BEGIN');
    const seen = await (transaction
      ? observeInTransaction(client, statements)
      : observeOneByOne(client, other, statements));
    if (transaction) await client.query(seen.failed === null ? 'COMMIT' : 'ROLLBACK');
    proofs.push({ name, failed: seen.failed, lock: seen.lock, work: seen.work });
  }
  return proofs;
}

async function layDown(client: Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    const why = `${error instanceof Error ? error.message : String(error)}, at: ${statement.slice(0, 80)}`;
    throw new Problem('SCHEMA_UNREADABLE', 'The scratch server refuses the base', { why, next: NEXT, cause: error });
  }
}
