/** Brings the tables of a SQLite store up to date: one transaction, safe when two processes open it at once. */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { fsyncDirectory } from '../util/files.ts';
import { dirname } from 'node:path';
import { type SqliteDriver, transaction } from './driver.ts';
import { newerFormat } from './format.ts';

function version(driver: SqliteDriver): number {
  return Number(driver.all('PRAGMA user_version')[0]?.['user_version'] ?? 0);
}

/** A complete copy beside the file, named for the format that it holds; whole or not there at all. */
function backUp(driver: SqliteDriver, path: string, format: number): string {
  const side = `${path}.${process.pid}.copying`;
  const copy = `${path}.format-${format}.bak`;
  try {
    // VACUUM INTO takes an empty file: it keeps the mode that SQLite would not give it.
    closeSync(openSync(side, 'wx', 0o600));
    driver.run('VACUUM INTO ?', side);
    renameSync(side, copy);
  } catch (error) {
    rmSync(side, { force: true });
    throw error;
  }
  fsyncDirectory(dirname(path));
  return copy;
}

/** @throws Problem FORMAT_NEWER */
export function migrateSqlite(driver: SqliteDriver, path: string, steps: readonly string[]): void {
  const found = version(driver);
  if (found > steps.length) throw newerFormat(path, 'format of its tables', found, steps.length);
  if (found === steps.length) return;
  if (found > 0) backUp(driver, path, found);
  transaction(driver, () => {
    // Another process may have been faster: only what is still missing.
    for (const step of steps.slice(version(driver))) driver.exec(step);
    driver.exec(`PRAGMA user_version = ${steps.length}`);
  });
}
