/** Looks at a directory tree and names its exact content: paths, kinds, modes, link targets, contents; never times. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import { mapPool } from '../util/async-pool.ts';
import type { Fingerprint } from './database.ts';

/** One entry of a tree; `path` is relative with `/`, and `.` for the root itself. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file; 0 for the others. */
  readonly size: number;
  /** Milliseconds since 1970; put back by a restore, no part of any comparison. */
  readonly mtimeMs: number;
  /** SHA-256 of a file's bytes, the target of a link, empty for a directory. */
  readonly content: string;
}

const READ_BYTES = 1024 * 1024;
const FILES_AT_ONCE = 4;

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The entry at a path, not following links; null when there is none. */
export async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** SHA-256 of a file, read in pieces. */
export async function hashFile(path: string, signal: AbortSignal): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let size = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), size };
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

function refuseUnusual(root: string, path: string, stats: Stats): void {
  const why = path.includes('\uFFFD')
    ? 'its name is not valid UTF-8'
    : stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()
      ? null
      : `it is a ${stats.isSocket() ? 'socket' : stats.isFIFO() ? 'named pipe' : 'device'}, which has no content to keep`;
  if (why === null) return;
  throw new Problem('DATA_FAILED', `${join(root, path)} cannot be part of a snapshot`, {
    why,
    next: 'remove it, or protect a directory without it',
    retry: 'after-change',
  });
}

async function walk(root: string, path: string, found: Found[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stats = await lstat(join(root, path));
  refuseUnusual(root, path, stats);
  found.push({ path, stats });
  if (!stats.isDirectory()) return;
  for (const name of await readdir(join(root, path))) {
    await walk(root, path === '.' ? name : `${path}/${name}`, found, signal);
  }
}

async function describe(root: string, { path, stats }: Found): Promise<TreeEntry> {
  const facts = { path, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, size: 0, mtimeMs: stats.mtimeMs };
  if (stats.isDirectory()) return { ...facts, kind: 'directory', content: '' };
  if (stats.isFile()) return { ...facts, kind: 'file', size: stats.size, content: '' };
  // The mode of a link means nothing, and differs between systems.
  return { ...facts, kind: 'link', mode: 0o777, content: await readlink(join(root, path)) };
}

/** Every entry below and including `root`, sorted by path; empty when `root` does not exist. Files are not opened: their `content` is empty. */
export async function listTree(root: string, signal: AbortSignal): Promise<TreeEntry[]> {
  if ((await statOrNull(root)) === null) return [];
  const found: Found[] = [];
  await walk(root, '.', found, signal);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return mapPool(found, FILES_AT_ONCE, (one) => describe(root, one));
}

/** As {@link listTree}, with the contents of the files, which are streamed. */
export async function scanTree(root: string, signal: AbortSignal): Promise<TreeEntry[]> {
  return mapPool(await listTree(root, signal), FILES_AT_ONCE, async (entry) => {
    if (entry.kind !== 'file') return entry;
    const { sha256, size } = await hashFile(join(root, entry.path), signal);
    return { ...entry, size, content: sha256 };
  });
}

/** The part of an entry that makes two trees equal. */
function identity({ path, kind, mode, content }: TreeEntry): string {
  return JSON.stringify([path, kind, mode, content]);
}

export function treeBytes(tree: readonly TreeEntry[]): number {
  return tree.reduce((sum, entry) => sum + entry.size, 0);
}

export function treeFingerprint(tree: readonly TreeEntry[]): Fingerprint {
  const hash = createHash('sha256');
  for (const entry of tree) hash.update(`${identity(entry)}\n`);
  const items = tree.filter((entry) => entry.kind !== 'directory').length;
  return { content: hash.digest('hex'), schema: null, bytes: treeBytes(tree), items };
}

/** Paths that are in one tree only, or differ. */
export function treeDifferences(a: readonly TreeEntry[], b: readonly TreeEntry[]): string[] {
  const left = new Map(a.map((entry) => [entry.path, identity(entry)]));
  const right = new Map(b.map((entry) => [entry.path, identity(entry)]));
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path)).sort();
}
