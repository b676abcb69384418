/** The files that make up one SQLite database: the main file and what lies beside it. */
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isMissing, listTree, scanTree, type TreeEntry } from './file-tree.ts';

/** A write-ahead log, a rollback journal, or the journal over several files of one transaction. */
const KEPT = /^(|-wal|-journal|-mj[0-9A-F]{9})$/;
/** Rebuilt by SQLite whenever it is needed; stale, it is harmful. */
const SHARED_MEMORY = '-shm';

export interface Member {
  /** Behind the name of the main file: empty, `-wal`, `-journal`, … */
  readonly suffix: string;
  readonly entry: TreeEntry;
}

/** Suffixes of everything of this database that lies there, shared memory included. */
export async function suffixesAt(file: string): Promise<string[]> {
  const name = basename(file);
  try {
    const names = await readdir(dirname(file));
    const suffixes = names.filter((one) => one.startsWith(name)).map((one) => one.slice(name.length));
    return suffixes.filter((suffix) => KEPT.test(suffix) || suffix === SHARED_MEMORY).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function membersBy(
  file: string,
  look: (path: string) => Promise<readonly TreeEntry[]>,
): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (const suffix of await suffixesAt(file)) {
    if (suffix === SHARED_MEMORY) continue;
    const [entry] = await look(file + suffix);
    // SQLite treats an empty log or journal like none, and leaves or removes it as it likes.
    if (entry && (suffix === '' || entry.size > 0)) members.push({ suffix, entry });
  }
  return members;
}

/** Members with sizes, unread. */
export function listMembers(file: string, signal: AbortSignal): Promise<readonly Member[]> {
  return membersBy(file, (path) => listTree(path, signal));
}

/** Members with the hashes of their bytes. */
export function scanMembers(file: string, signal: AbortSignal): Promise<readonly Member[]> {
  return membersBy(file, (path) => scanTree(path, signal));
}

/** Text that is equal exactly when the bytes of all members are. */
export function membersIdentity(members: readonly Member[]): string {
  return members.map(({ suffix, entry }) => `${suffix}:${entry.content}`).join(' ');
}

export function membersBytes(members: readonly Member[]): number {
  return members.reduce((sum, { entry }) => sum + entry.size, 0);
}
