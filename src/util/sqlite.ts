/** Opens a SQLite file: `node:sqlite` where the running Node has it, else libsql. Both are synchronous. */
import { createRequire } from 'node:module';

export type SqliteValue = null | number | bigint | string | Uint8Array;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

export interface SqliteFile {
  exec(sql: string): void;
  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
  close(): void;
}

interface Prepared {
  all(...values: readonly unknown[]): readonly SqliteRow[];
}

interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Prepared;
  close(): void;
}

interface Engine {
  readonly connect: (path: string) => Connection;
  /** libsql takes the values as one array; spread, it would mistake a single null for named values. */
  readonly asArray: boolean;
}

/** This Node has no SQLite, and the optional package that brings it is not installed. */
export class SqliteMissing extends Error {
  override readonly name = 'SqliteMissing';
}

/** The built-in module; of its warnings only the one about being experimental is held back. */
function builtIn(): Engine | null {
  const emit = process.emitWarning;
  process.emitWarning = (...args: readonly unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emit, process, args);
  };
  try {
    const module = process.getBuiltinModule('node:sqlite') as unknown as
      | { readonly DatabaseSync: new (path: string) => Connection }
      | undefined;
    return module ? { connect: (path) => new module.DatabaseSync(path), asArray: false } : null;
  } finally {
    process.emitWarning = emit;
  }
}

function libsql(): Engine {
  try {
    const Database = createRequire(import.meta.url)('libsql') as new (path: string) => Connection;
    return { connect: (path) => new Database(path), asArray: true };
  } catch (cause) {
    throw new SqliteMissing(`Node ${process.version} has no SQLite, and libsql is not installed`, { cause });
  }
}

/** Opens, or creates, a file; sets nothing. @throws SqliteMissing where no engine is to be had */
export function openSqlite(path: string): SqliteFile {
  const { connect, asArray } = builtIn() ?? libsql();
  const connection = connect(path);
  return {
    exec: (sql) => connection.exec(sql),
    all: (sql, ...values) => {
      const statement = connection.prepare(sql);
      return asArray ? statement.all(values) : statement.all(...values);
    },
    close: () => connection.close(),
  };
}

/** True for "somebody else holds the lock", in either engine's words. */
export function isSqliteBusy(error: unknown): boolean {
  return error instanceof Error && /database (table )?is locked|SQLITE_BUSY/i.test(error.message);
}
