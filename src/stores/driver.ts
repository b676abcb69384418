/** The SQLite seam of a store: statements that are prepared once and kept, and transactions. */
import { Problem } from '../core/errors.ts';
import {
  connectSqlite,
  type SqliteConnection,
  type SqliteEngine,
  SqliteMissing,
  type SqliteRow,
  type SqliteStatement,
  type SqliteValue,
} from '../util/sqlite.ts';

export interface SqliteDriver {
  readonly engine: SqliteEngine;
  /** Version of the SQLite that is built in, as `3.45.1`. */
  readonly version: string;
  exec(sql: string): void;
  /** Rows changed. Statements are prepared once and kept. */
  run(sql: string, ...values: readonly SqliteValue[]): number;
  get(sql: string, ...values: readonly SqliteValue[]): SqliteRow | undefined;
  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
  close(): void;
}

function connect(path: string, prefer: SqliteEngine | undefined): SqliteConnection {
  try {
    return connectSqlite(path, prefer);
  } catch (error) {
    if (!(error instanceof SqliteMissing)) throw error;
    throw new Problem('STORE_REFUSED', 'This Node cannot open a SQLite store', {
      why: `Node ${process.version} has no built-in SQLite and the optional package libsql is not installed`,
      next: 'use Node 24, or install again without --omit=optional',
      retry: 'after-change',
      cause: error,
    });
  }
}

/** Opens a file with the best engine of this Node. Sets nothing: see `sqlite-settings.ts`. @throws Problem STORE_REFUSED */
export function openDriver(path: string, prefer?: SqliteEngine): SqliteDriver {
  const connection = connect(path, prefer);
  const statements = new Map<string, SqliteStatement>();
  const prepared = (sql: string): SqliteStatement => {
    const known = statements.get(sql);
    if (known) return known;
    const fresh = connection.prepare(sql);
    statements.set(sql, fresh);
    return fresh;
  };
  return {
    engine: connection.engine,
    version: String(connection.prepare('SELECT sqlite_version() AS version').get([])?.['version']),
    exec: (sql) => connection.exec(sql),
    run: (sql, ...values) => prepared(sql).run(values),
    get: (sql, ...values) => prepared(sql).get(values),
    all: (sql, ...values) => prepared(sql).all(values),
    close() {
      statements.clear();
      connection.close();
    },
  };
}

/** Runs `body` in one IMMEDIATE transaction. Synchronous on purpose: a transaction held over an await blocks everybody. */
export function transaction<T>(driver: SqliteDriver, body: () => T): T {
  driver.exec('BEGIN IMMEDIATE');
  try {
    const result = body();
    driver.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      driver.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself already (disk full, input/output error); the first error is the one that counts.
    }
    throw error;
  }
}
