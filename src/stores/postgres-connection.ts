/** Connections to Postgres: durable transactions with time limits, safe behind a transaction-mode pooler, one retry. */
import type { Client, Pool, PoolClient } from 'pg';
import { Problem } from '../core/errors.ts';
import { isLost, toPostgresProblem } from './postgres-problems.ts';

const REQUEST_LIMIT_MS = 10_000;
/** Longer than the server's own limit, so that its answer is normally the one that counts. */
const ANSWER_LIMIT_MS = 12_000;

/** `postgres://host:port/database`: without user, password and parameters. */
export function withoutSecrets(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    // The error of URL carries the whole text; it must not go on.
    throw new Problem('CONFIG_INVALID', 'The address of the Postgres store is not a URL', {
      why: 'expected postgres://user:password@host:5432/database',
      next: 'belay config validate',
      retry: 'after-change',
    });
  }
}

export interface Connection {
  readonly where: string;
  /** One statement, outside of a transaction. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** One durable transaction; `body` is called again when the connection was lost, so it must be idempotent. */
  transaction<T>(body: (query: Query) => Promise<T>): Promise<T>;
  /** A connection of its own, outside of the pool, for whoever listens. */
  client(): Promise<Client>;
  close(): Promise<void>;
}

export type Row = Readonly<Record<string, null | number | string | boolean>>;
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Loads the driver and makes a pool; connects only when first asked something. */
export async function connect(url: string): Promise<Connection> {
  const where = withoutSecrets(url);
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'belay',
    max: 4,
    keepAlive: true,
    allowExitOnIdle: true,
    connectionTimeoutMillis: REQUEST_LIMIT_MS,
    query_timeout: ANSWER_LIMIT_MS,
  });
  // A connection that dies while nobody asks is dropped by the pool; the next question opens another or says why not.
  const ignore = (): void => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return new PooledConnection(pool, where, async () => {
    const client = new pg.Client({ connectionString: url, application_name: 'belay', keepAlive: true });
    client.on('error', ignore);
    await client.connect();
    return client;
  });
}

/** The server ends what a stopped or vanished process left open: it must not block the others. */
const LIMITS = [
  `SET LOCAL statement_timeout = ${REQUEST_LIMIT_MS}`,
  `SET LOCAL idle_in_transaction_session_timeout = ${REQUEST_LIMIT_MS}`,
];

class PooledConnection implements Connection {
  readonly where: string;
  readonly client: Connection['client'];
  readonly #pool: Pool;

  constructor(pool: Pool, where: string, client: Connection['client']) {
    this.client = client;
    this.#pool = pool;
    this.where = where;
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(numbered(sql), [...values])).rows;
    } catch (error) {
      throw toPostgresProblem(error, this.where);
    }
  }

  async transaction<T>(body: (query: Query) => Promise<T>): Promise<T> {
    const first = await this.#attempt(body);
    if ('value' in first) return first.value;
    if (!first.lost) throw toPostgresProblem(first.error, this.where);
    const second = await this.#attempt(body);
    if ('value' in second) return second.value;
    throw toPostgresProblem(second.error, this.where, first.committing || second.committing);
  }

  async #attempt<T>(body: (query: Query) => Promise<T>): Promise<Attempt<T>> {
    let client: PoolClient | undefined;
    let committing = false;
    try {
      const live = (client = await this.#pool.connect());
      const query: Query = async (sql, values = []) => (await live.query<Row>(numbered(sql), [...values])).rows;
      // Only for this transaction: behind a pooler the next one may be another client's. Never weaker than durable.
      await live.query(`BEGIN; ${LIMITS.join('; ')}; ${DURABLE}`);
      const value = await body(query);
      committing = true;
      const { command } = await live.query('COMMIT');
      // What Postgres answers, without an error, when the transaction had failed before.
      if (command !== 'COMMIT') throw new Error(`the commit ended in ${command}`);
      client.release();
      return { value };
    } catch (error) {
      const lost = isLost(error);
      const usable = !lost && client !== undefined && (await rollBack(client));
      client?.release(!usable);
      return { error, lost, committing };
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** Raises `off` to `on`, and leaves what is stricter (a synchronous standby) as it is. */
const DURABLE = `SELECT set_config('synchronous_commit', 'on', true)
  WHERE current_setting('synchronous_commit') = 'off'`;

type Attempt<T> =
  | { readonly value: T }
  | { readonly error: unknown; readonly lost: boolean; readonly committing: boolean };

async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The connection is thrown away, and with it the transaction.
    return false;
  }
}

const numberedSql = new Map<string, string>();

/** `?` placeholders as `$1`, `$2`: none of our statements has a question mark in a literal. */
function numbered(sql: string): string {
  const known = numberedSql.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const result = sql.replaceAll('?', () => `$${(count += 1)}`);
  numberedSql.set(sql, result);
  return result;
}
