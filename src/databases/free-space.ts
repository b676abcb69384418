/** Room on a disk, asked before anything is written. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../core/errors.ts';
import { isMissing } from './file-tree.ts';

/** File systems need some room for themselves. */
const HEADROOM = 1.1;

export interface Room {
  readonly needed: number;
  readonly free: number;
}

/** Bytes that this process may still write where `path` is, or will be. */
export async function freeBytes(path: string): Promise<number> {
  try {
    const stats = await statfs(path);
    return stats.bavail * stats.bsize;
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    return freeBytes(dirname(path));
  }
}

/** Room for `bytes` of data at `path`, headroom included. */
export async function roomAt(path: string, bytes: number): Promise<Room> {
  return { needed: Math.ceil(bytes * HEADROOM), free: await freeBytes(path) };
}

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;

/** @throws Problem NO_ROOM, before a byte was written. */
export function requireRoom({ needed, free }: Room, purpose: string, path: string): void {
  if (free >= needed) return;
  throw new Problem('NO_ROOM', `no room for ${purpose}`, {
    why: `it needs ${megabytes(needed)} at ${path}, where ${megabytes(free)} are free`,
    next: 'belay snapshot prune',
    retry: 'after-change',
  });
}
