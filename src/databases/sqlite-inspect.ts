/** Looks into a SQLite database without changing a byte of it: schema, integrity, rows that differ. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isProblem, Problem } from '../core/errors.ts';
import { openSqlite, SqliteMissing, type SqliteFile } from '../util/sqlite.ts';
import { captureSqlite } from './sqlite-capture.ts';
import { listMembers } from './sqlite-members.ts';

/** Byte of the header that says 1 for a rollback journal, 2 for a write-ahead log. */
const READ_VERSION_AT = 19;
const HEADER_BYTES = 20;

/** Opening a database with a log or journal beside it, or in WAL mode, changes or makes files. */
async function opensUnchanged(file: string, signal: AbortSignal): Promise<boolean> {
  if ((await listMembers(file, signal)).length !== 1) return false;
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return bytesRead === 0 || buffer[READ_VERSION_AT] === 1;
  } finally {
    await handle.close();
  }
}

/** The path under which `file` may be opened: itself, or a copy in `scratch`. */
export async function readablePath(file: string, scratch: string, signal: AbortSignal): Promise<string> {
  if (await opensUnchanged(file, signal)) return file;
  const copy = join(scratch, 'readable', 'db');
  await captureSqlite(file, copy, signal);
  return copy;
}

/** Opens what {@link readablePath} gave, for reading. */
export function inspect<T>(path: string, what: string, job: (database: SqliteFile) => T): T {
  let database: SqliteFile | null = null;
  try {
    database = openSqlite(path);
    database.exec('PRAGMA busy_timeout = 5000');
    return job(database);
  } catch (error) {
    if (isProblem(error)) throw error;
    const missing = error instanceof SqliteMissing;
    throw new Problem(missing ? 'TOOL_MISSING' : 'DATA_FAILED', `${what} cannot be read as a SQLite database`, {
      why: error instanceof Error ? error.message : String(error),
      next: missing
        ? 'use Node 24, or install belayctl without --omit=optional'
        : `sqlite3 ${what} 'PRAGMA integrity_check'`,
      retry: 'after-change',
      cause: error,
    });
  } finally {
    database?.close();
  }
}

/** Hash over the definitions of tables, indexes, views and triggers, and the application's own schema number. */
export function schemaOf(database: SqliteFile): string {
  const objects = database.all('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, tbl_name');
  const rows = objects.map(({ type, name, tbl_name: table, sql }) => [type, name, table, sql]);
  const version = Object.values(database.all('PRAGMA user_version')[0] ?? {})[0] ?? 0;
  return createHash('sha256')
    .update(JSON.stringify([rows, Number(version)]))
    .digest('hex');
}

/** What SQLite finds wrong; empty when all is well. */
export function faultsOf(database: SqliteFile): string[] {
  const lines = database.all('PRAGMA integrity_check(5)').map((row) => String(Object.values(row)[0]));
  return lines.filter((line) => line !== 'ok');
}
