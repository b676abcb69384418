/**
 * Copies a SQLite database byte for byte, as of one instant.
 *
 * First without touching it: a copy that equals a second reading is the state of one instant, journal
 * and log included, as a crash would have left it. Only when a writer keeps changing it, the copy is
 * taken under SQLite's own write lock. Not with VACUUM INTO, which renumbers rows and repacks pages.
 */
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProblem, Problem } from '../core/errors.ts';
import { fsyncDirectory } from '../util/files.ts';
import { isSqliteBusy, openSqlite, type SqliteFile } from '../util/sqlite.ts';
import { copyFileDurably } from './copy-tree.ts';
import { isMissing } from './file-tree.ts';
import { listMembers, type Member, membersIdentity, scanMembers } from './sqlite-members.ts';

const QUIET_ATTEMPTS = 2;
const LOCK_LIMIT_MS = 30_000;
/** Short, because waiting inside SQLite stops everything else in this process. */
const BUSY_MS = 200;
const READ_BYTES = 1024 * 1024;

async function clear(target: string): Promise<void> {
  await rm(dirname(target), { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
}

/** Null when it changed meanwhile. */
async function captureQuiet(file: string, target: string, signal: AbortSignal): Promise<readonly Member[] | null> {
  await clear(target);
  try {
    for (const { suffix, entry } of await listMembers(file, signal)) {
      await copyFileDurably(file + suffix, target + suffix, entry);
    }
    const live = await scanMembers(file, signal);
    const copy = await scanMembers(target, signal);
    return membersIdentity(live) === membersIdentity(copy) ? copy : null;
  } catch (error) {
    // A journal that ended between listing and copying: the database is in use.
    if (isMissing(error)) return null;
    throw error;
  }
}

async function lock(file: string, signal: AbortSignal): Promise<SqliteFile> {
  const database = openSqlite(file);
  const deadline = performance.now() + LOCK_LIMIT_MS;
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  for (;;) {
    try {
      signal.throwIfAborted();
      database.exec('BEGIN IMMEDIATE');
      return database;
    } catch (error) {
      if (!isSqliteBusy(error) || performance.now() > deadline) {
        database.close();
        throw error;
      }
      await delay(BUSY_MS / 4);
    }
  }
}

/** Copies through handles that stay open: closing any handle of a file drops all of this process's locks on it (POSIX). */
async function copyHeld(from: string, to: string, member: Member, held: FileHandle[]): Promise<void> {
  const source = await open(from, 'r');
  held.push(source);
  const target = await open(to, 'wx', member.entry.mode);
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let at = 0; ;) {
      const { bytesRead } = await source.read(buffer, 0, READ_BYTES, at);
      if (bytesRead === 0) break;
      await target.write(buffer, 0, bytesRead, at);
      at += bytesRead;
    }
    const { uid, gid } = member.entry;
    const own = await target.stat();
    if (own.uid !== uid || own.gid !== gid) await target.chown(uid, gid);
    await target.chmod(member.entry.mode);
    await target.sync();
  } finally {
    await target.close();
  }
}

async function captureLocked(file: string, target: string, signal: AbortSignal): Promise<readonly Member[]> {
  await clear(target);
  const database = await lock(file, signal);
  const held: FileHandle[] = [];
  try {
    // The main file before the log: a checkpoint may move pages meanwhile, but cannot shorten the log under the lock.
    for (const member of await listMembers(file, signal)) {
      signal.throwIfAborted();
      await copyHeld(file + member.suffix, target + member.suffix, member, held);
    }
  } finally {
    database.exec('ROLLBACK');
    database.close();
    for (const handle of held) await handle.close();
  }
  return scanMembers(target, signal);
}

/** Copies the database at `file` to `target`, whose folder is made anew. Returns the members as read back from there. */
export async function captureSqlite(file: string, target: string, signal: AbortSignal): Promise<readonly Member[]> {
  for (let attempt = 0; attempt < QUIET_ATTEMPTS; attempt += 1) {
    const members = await captureQuiet(file, target, signal);
    if (members) {
      fsyncDirectory(dirname(target));
      return members;
    }
  }
  try {
    const members = await captureLocked(file, target, signal);
    fsyncDirectory(dirname(target));
    return members;
  } catch (error) {
    if (isProblem(error) || !isSqliteBusy(error)) throw error;
    throw new Problem('DATA_FAILED', `${file} could not be copied`, {
      why: `a writer held its lock for ${LOCK_LIMIT_MS / 1_000} s`,
      next: 'stop the application while the snapshot is taken: strategy recreate',
      retry: 'later',
      cause: error,
    });
  }
}
