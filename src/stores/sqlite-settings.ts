/** Settings that make a SQLite connection durable. They are per connection and differ by build: set, read back, refuse. */
import { Problem } from '../core/errors.ts';
import type { SqliteDriver } from './driver.ts';
import { isWalFile } from './sqlite-place.ts';

/** `Bela`: tells a store from any other SQLite file. */
const APPLICATION_ID = 0x42656c61;

/** A rollback journal and EXTRA, not WAL: several builds in use lose data in WAL mode (the WAL-reset bug). */
const SETTINGS: readonly (readonly [name: string, set: string, expected: number | string])[] = [
  ['busy_timeout', '5000', 5_000],
  ['journal_mode', 'DELETE', 'delete'],
  ['synchronous', 'EXTRA', 3],
  ['foreign_keys', 'ON', 1],
];

/** Builds without the WAL-reset bug: 3.51.3 and later, and the two that got the fix later. */
export function walIsSafe(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major !== 3) return major > 3;
  if (minor > 51) return true;
  return (minor === 51 && patch >= 3) || (minor === 50 && patch >= 7) || (minor === 44 && patch >= 6);
}

/** To be called before the first connection to a file. @throws Problem STORE_REFUSED */
export function refuseUnsafeWal(path: string, version: string): void {
  if (!isWalFile(path) || walIsSafe(version)) return;
  throw new Problem('STORE_REFUSED', `The store ${path} is in WAL mode, which SQLite ${version} can corrupt`, {
    why: 'this build has the WAL-reset bug, fixed in 3.51.3',
    next: `sqlite3 '${path}' 'PRAGMA journal_mode=DELETE'`,
    retry: 'after-change',
  });
}

function readBack(driver: SqliteDriver, name: string): number | string | null {
  const row = driver.all(`PRAGMA ${name}`)[0];
  const value = row === undefined ? undefined : Object.values(row)[0];
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function claim(driver: SqliteDriver, path: string): void {
  const id = readBack(driver, 'application_id');
  if (id === APPLICATION_ID) return;
  const tables = driver.all("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1");
  if (id !== 0 || tables.length > 0) {
    throw new Problem('STORE_REFUSED', `${path} is a SQLite file of another program`, {
      why: 'it has tables, or an application id, that are not those of a Belay store',
      next: 'configure another path for the store',
      retry: 'after-change',
    });
  }
  driver.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

/** @throws Problem STORE_REFUSED when a setting does not take */
export function applySettings(driver: SqliteDriver, path: string): void {
  for (const [name, value] of SETTINGS) driver.all(`PRAGMA ${name} = ${value}`);
  claim(driver, path);
  for (const [name, , expected] of [...SETTINGS, ['application_id', '', APPLICATION_ID] as const]) {
    const actual = readBack(driver, name);
    if (actual === expected) continue;
    throw new Problem('STORE_REFUSED', `The store ${path} cannot be made durable`, {
      why: `SQLite ${driver.version} answers ${name}=${String(actual)} where ${expected} was set`,
      next: 'use another version of Node, or a Postgres store',
      retry: 'after-change',
    });
  }
}
