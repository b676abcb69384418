/** Copies a tree durably, with modes, times, owners and links. */
import { constants } from 'node:fs';
import { copyFile, lchown, lstat, lutimes, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { mapPool } from '../util/async-pool.ts';
import type { TreeEntry } from './file-tree.ts';

/** Enough that the file system can write several files' data with one flush. */
const FILES_AT_ONCE = 8;

/** Sets what a copy does not carry over, then waits until the disk has it. */
async function finish(path: string, entry: TreeEntry): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { uid, gid } = await handle.stat();
    // Only root may; for others it fails rather than give the data to somebody else.
    if (uid !== entry.uid || gid !== entry.gid) await handle.chown(entry.uid, entry.gid);
    // After chown, which clears the set-user-id bits.
    await handle.chmod(entry.mode);
    await handle.utimes(entry.mtimeMs / 1_000, entry.mtimeMs / 1_000);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function copyLink(path: string, entry: TreeEntry): Promise<void> {
  await symlink(entry.content, path);
  const { uid, gid } = await lstat(path);
  if (uid !== entry.uid || gid !== entry.gid) await lchown(path, entry.uid, entry.gid);
  await lutimes(path, entry.mtimeMs / 1_000, entry.mtimeMs / 1_000);
}

/** Copies one file: shares blocks where the file system can, never a hard link, since the original is written in place. */
export async function copyFileDurably(from: string, to: string, entry: TreeEntry): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await finish(to, entry);
}

/** Copies `tree` (as {@link scanTree} gives it, metadata is taken from there) from one root to a new one. */
export async function copyTree(
  from: string,
  to: string,
  tree: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<void> {
  const directories = tree.filter((entry) => entry.kind === 'directory');
  // Parents come before children in sorted order; the real modes follow when the directories are full.
  for (const entry of directories) await mkdir(join(to, entry.path), { mode: 0o700 });
  await mapPool(
    tree.filter((entry) => entry.kind !== 'directory'),
    FILES_AT_ONCE,
    async (entry) => {
      signal.throwIfAborted();
      const path = join(to, entry.path);
      if (entry.kind === 'link') await copyLink(path, entry);
      else await copyFileDurably(join(from, entry.path), path, entry);
    },
  );
  for (const entry of directories.toReversed()) await finish(join(to, entry.path), entry);
}
