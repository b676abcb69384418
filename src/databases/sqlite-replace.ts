/** Puts kept SQLite databases in the place of live ones; run again after a kill, it ends in the same state. */
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../core/errors.ts';
import { fsyncDirectory } from '../util/files.ts';
import { copyFileDurably } from './copy-tree.ts';
import { requireRoom, roomAt } from './free-space.ts';
import { type Member, membersBytes, membersIdentity, scanMembers, suffixesAt } from './sqlite-members.ts';

export interface Replacement {
  /** Verified copy of the main file; its members lie beside it. */
  readonly from: string;
  readonly file: string;
}

interface Prepared extends Replacement {
  readonly members: readonly Member[];
}

const sideOf = (file: string) => `${file}.belay-restore`;

async function removeAllOf(file: string): Promise<void> {
  for (const suffix of await suffixesAt(file)) await rm(file + suffix, { force: true });
}

async function prepare({ from, file }: Replacement, signal: AbortSignal): Promise<Prepared | null> {
  const members = await scanMembers(from, signal);
  const wanted = membersIdentity(members);
  const side = sideOf(file);
  await removeAllOf(side);
  const sharedMemory = (await suffixesAt(file)).includes('-shm');
  if (!sharedMemory && membersIdentity(await scanMembers(file, signal)) === wanted) return null;
  requireRoom(await roomAt(dirname(file), membersBytes(members)), `a restore of ${file}`, dirname(file));
  for (const { suffix, entry } of members) {
    signal.throwIfAborted();
    await copyFileDurably(from + suffix, side + suffix, entry);
  }
  if (membersIdentity(await scanMembers(side, signal)) === wanted) return { from, file, members };
  throw new Problem('DATA_FAILED', `the copy to restore to ${file} is not equal to the snapshot`, {
    why: `${side} reads back differently from what was written; the live data was not touched`,
    next: 'look at the disk, then: belay resume',
    retry: 'after-change',
  });
}

/** From here on nothing is cancelled. */
async function exchange({ file, members }: Prepared): Promise<void> {
  // A log or journal of the replaced database would be played into the restored one.
  for (const suffix of await suffixesAt(file)) {
    if (suffix !== '') await rm(file + suffix, { force: true });
  }
  fsyncDirectory(dirname(file));
  if (members.length === 0) await rm(file, { force: true });
  // The main file first: a log or journal without its database would be deleted by SQLite.
  for (const { suffix } of members) await rename(sideOf(file) + suffix, file + suffix);
  fsyncDirectory(dirname(file));
}

/** All copies are beside their places and read back before the first live file is touched. */
export async function replaceSqlite(replacements: readonly Replacement[], signal: AbortSignal): Promise<void> {
  const prepared: Prepared[] = [];
  for (const replacement of replacements) {
    const one = await prepare(replacement, signal);
    if (one) prepared.push(one);
  }
  for (const one of prepared) await exchange(one);
}
