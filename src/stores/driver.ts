/** The SQLite seam: `node:sqlite` where the running Node has it, else libsql. Both are synchronous. */
import { createRequire } from 'node:module';
import { Problem } from '../core/errors.ts';

export type SqlValue = null | number | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqliteDriver {
  readonly engine: 'node:sqlite' | 'libsql';
  /** Version of the SQLite that is built in, as `3.45.1`. */
  readonly version: string;
  exec(sql: string): void;
  /** Rows changed. Statements are prepared once and kept. */
  run(sql: string, ...values: readonly SqlValue[]): number;
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined;
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[];
  close(): void;
}

interface Statement {
  run(values: readonly SqlValue[]): number;
  get(values: readonly SqlValue[]): SqlRow | undefined;
  all(values: readonly SqlValue[]): readonly SqlRow[];
}

interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** As much of `node:sqlite` as is used; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): {
      run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
      get(...values: readonly SqlValue[]): SqlRow | undefined;
      all(...values: readonly SqlValue[]): readonly SqlRow[];
    };
    close(): void;
  };
}

interface Libsql {
  new (path: string): {
    exec(sql: string): void;
    prepare(sql: string): {
      run(values: readonly SqlValue[]): { readonly changes: number };
      get(values: readonly SqlValue[]): (SqlRow & { _metadata?: never }) | undefined;
      all(values: readonly SqlValue[]): readonly SqlRow[];
    };
    close(): void;
  };
}

/** Loads the built-in module; of its warnings only the one about being experimental is held back. */
function loadNodeSqlite(): NodeSqlite | null {
  const emit = process.emitWarning;
  const quiet = (...args: readonly unknown[]): void => {
    if (String(args[0]).startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emit, process, args);
  };
  process.emitWarning = quiet;
  try {
    return (process.getBuiltinModule('node:sqlite') as unknown as NodeSqlite | undefined) ?? null;
  } finally {
    process.emitWarning = emit;
  }
}

function loadLibsql(): Libsql {
  try {
    return createRequire(import.meta.url)('libsql') as Libsql;
  } catch (cause) {
    throw new Problem('STORE_REFUSED', 'This Node cannot open a SQLite store', {
      why: `Node ${process.version} has no built-in SQLite and the optional package libsql is not installed`,
      next: 'use Node 24, or install again without --omit=optional',
      retry: 'after-change',
      cause,
    });
  }
}

function connectNode(sqlite: NodeSqlite, path: string): Connection {
  const database = new sqlite.DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (values) => Number(statement.run(...values).changes),
        get: (values) => statement.get(...values),
        all: (values) => statement.all(...values),
      };
    },
    close: () => database.close(),
  };
}

function connectLibsql(database: InstanceType<Libsql>): Connection {
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        // As one array: libsql takes a single null for a bag of named values.
        run: (values) => statement.run(values).changes,
        get(values) {
          const row = statement.get(values);
          // A column of libsql's own, the time that the statement took.
          if (row) delete row._metadata;
          return row;
        },
        all: (values) => statement.all(values),
      };
    },
    close: () => database.close(),
  };
}

/** Opens a file with the best engine of this Node. Sets nothing: see `sqlite-settings.ts`. */
export function openDriver(path: string, prefer?: SqliteDriver['engine']): SqliteDriver {
  const builtIn = prefer === 'libsql' ? null : loadNodeSqlite();
  const connection = builtIn ? connectNode(builtIn, path) : connectLibsql(new (loadLibsql())(path));
  const statements = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const fresh = connection.prepare(sql);
    statements.set(sql, fresh);
    return fresh;
  };
  return {
    engine: builtIn ? 'node:sqlite' : 'libsql',
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
