/**
 * Puts a verified copy in the place of a live directory. Every decision is made from what exists,
 * so a swap that was killed at any instant is finished by running it again.
 */
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../core/errors.ts';
import { fsyncDirectory } from '../util/files.ts';
import { copyTree } from './copy-tree.ts';
import type { Fingerprint } from './database.ts';
import { scanTree, statOrNull, treeBytes, treeFingerprint, type TreeEntry } from './file-tree.ts';
import { requireRoom, roomAt } from './free-space.ts';

export interface Swap {
  /** Verified copy to put in place. */
  readonly from: string;
  /** What it holds; empty when there shall be no directory. */
  readonly tree: readonly TreeEntry[];
  /** The live directory. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Beside the live directory, so that a rename is enough. */
export const sideOf = (path: string) => `${path}.belay-restore`;
export const oldOf = (path: string) => `${path}.belay-old`;

const removeAll = (path: string) => rm(path, { recursive: true, force: true });

async function prepareSide({ from, tree, path, signal }: Swap, wanted: string): Promise<void> {
  const side = sideOf(path);
  if (treeFingerprint(await scanTree(side, signal)).content === wanted) return;
  await removeAll(side);
  requireRoom(await roomAt(dirname(path), treeBytes(tree)), `a restore of ${path}`, dirname(path));
  await copyTree(from, side, tree, signal);
  const copied = treeFingerprint(await scanTree(side, signal));
  if (copied.content === wanted) return;
  throw new Problem('DATA_FAILED', `the copy to restore to ${path} is not equal to the snapshot`, {
    why: `${side} reads back differently from what was written; the live data was not touched`,
    next: 'look at the disk, then: belay resume',
    retry: 'after-change',
  });
}

/** From here to the end nothing is cancelled: it is two renames. */
async function exchange(path: string, present: boolean): Promise<void> {
  if (await statOrNull(path)) {
    // An old one beside a live one is left from a swap that had already ended.
    await removeAll(oldOf(path));
    await rename(path, oldOf(path));
  }
  if (present) await rename(sideOf(path), path);
  fsyncDirectory(dirname(path));
}

/** Returns the fingerprint read back from `path`. Other files must not be written there meanwhile. */
export async function swapDirectory(swap: Swap): Promise<Fingerprint> {
  const { path, tree, signal } = swap;
  const wanted = treeFingerprint(tree).content;
  let live = treeFingerprint(await scanTree(path, signal));
  // An empty snapshot equals a missing directory, which may also be one that a killed swap moved away.
  if (live.content !== wanted) {
    if (tree.length > 0) await prepareSide(swap, wanted);
    await exchange(path, tree.length > 0);
    live = treeFingerprint(await scanTree(path, signal));
  }
  if (live.content !== wanted) {
    throw new Problem('DATA_FAILED', `${path} is not equal to the snapshot after the restore`, {
      why: 'something writes there, or the disk does not keep what was written',
      next: 'stop what writes there, then: belay resume',
      retry: 'after-change',
      details: [`what was there before the restore is kept at ${oldOf(path)}`],
    });
  }
  await removeAll(sideOf(path));
  await removeAll(oldOf(path));
  fsyncDirectory(dirname(path));
  return live;
}
