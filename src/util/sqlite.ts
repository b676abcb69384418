/** The SQLite engine of this Node: `node:sqlite` where it is built in, else libsql. Both are synchronous. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

export type SqliteValue = null | number | string | Uint8Array;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;
export type SqliteEngine = 'node:sqlite' | 'libsql';

export interface SqliteStatement {
  /** Rows changed. */
  run(values: readonly SqliteValue[]): number;
  get(values: readonly SqliteValue[]): SqliteRow | undefined;
  all(values: readonly SqliteValue[]): readonly SqliteRow[];
}

export interface SqliteConnection {
  readonly engine: SqliteEngine;
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** A connection for few statements, each prepared when it is asked. */
export interface SqliteFile {
  exec(sql: string): void;
  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
  close(): void;
}

/** This Node has no SQLite, and the optional package that brings it is not installed. */
export class SqliteMissing extends Error {
  override readonly name = 'SqliteMissing';
}

/** As much of `node:sqlite` as is used; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): {
      run(...values: readonly SqliteValue[]): { readonly changes: number | bigint };
      get(...values: readonly SqliteValue[]): SqliteRow | undefined;
      all(...values: readonly SqliteValue[]): readonly SqliteRow[];
    };
    close(): void;
  };
}

interface Libsql {
  new (path: string): {
    exec(sql: string): void;
    prepare(sql: string): {
      run(values: readonly SqliteValue[]): { readonly changes: number };
      get(values: readonly SqliteValue[]): (SqliteRow & { _metadata?: never }) | undefined;
      all(values: readonly SqliteValue[]): readonly SqliteRow[];
    };
    close(): void;
  };
}

/** Loads the built-in module; of its warnings only the one about being experimental is held back. */
function loadNodeSqlite(): NodeSqlite | null {
  const emit = process.emitWarning;
  process.emitWarning = (...args: readonly unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emit, process, args);
  };
  try {
    return (process.getBuiltinModule('node:sqlite') as unknown as NodeSqlite | undefined) ?? null;
  } finally {
    process.emitWarning = emit;
  }
}

/**
 * libsql has Node write a whole diagnostic report only to learn which C library this is: a tenth of a bare start.
 * Answered here from the loader's file; where that is wrong there is no such binary, and libsql asks Node itself.
 */
function requireLibsql(): Libsql {
  const require = createRequire(import.meta.url);
  const { report } = process;
  const { getReport } = report;
  const musl = readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
  report.getReport = () => ({ header: musl ? {} : { glibcVersionRuntime: '2' }, sharedObjects: [] });
  try {
    return require('libsql') as Libsql;
  } catch {
    report.getReport = getReport;
    return require('libsql') as Libsql;
  } finally {
    report.getReport = getReport;
  }
}

function loadLibsql(): Libsql {
  try {
    return process.platform === 'linux' ? requireLibsql() : (createRequire(import.meta.url)('libsql') as Libsql);
  } catch (cause) {
    throw new SqliteMissing(`Node ${process.version} has no SQLite, and libsql is not installed`, { cause });
  }
}

function connectNode(sqlite: NodeSqlite, path: string): SqliteConnection {
  const database = new sqlite.DatabaseSync(path);
  return {
    engine: 'node:sqlite',
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

function connectLibsql(database: InstanceType<Libsql>): SqliteConnection {
  return {
    engine: 'libsql',
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

/** Opens, or creates, a file; sets nothing. @throws SqliteMissing where no engine is to be had */
export function connectSqlite(path: string, prefer?: SqliteEngine): SqliteConnection {
  const builtIn = prefer === 'libsql' ? null : loadNodeSqlite();
  return builtIn ? connectNode(builtIn, path) : connectLibsql(new (loadLibsql())(path));
}

/** Opens, or creates, a file; sets nothing. @throws SqliteMissing where no engine is to be had */
export function openSqlite(path: string): SqliteFile {
  const connection = connectSqlite(path);
  return {
    exec: (sql) => connection.exec(sql),
    all: (sql, ...values) => connection.prepare(sql).all(values),
    close: () => connection.close(),
  };
}

/** True for "somebody else holds the lock", in either engine's words. */
export function isSqliteBusy(error: unknown): boolean {
  return error instanceof Error && /database (table )?is locked|SQLITE_BUSY/i.test(error.message);
}
