/** How a snapshot lies on disk: `<root>/<id>/data/…` and `manifest.json`, written beside and renamed when read back. */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import { hashOf } from '../core/journal.ts';
import type { Json } from '../core/release.ts';
import { fsyncDirectory, writeFileDurably } from '../util/files.ts';
import type { Fingerprint, ProtectedData, Snapshot } from './database.ts';
import { isMissing, scanTree, statOrNull, treeBytes, treeDifferences, type TreeEntry } from './file-tree.ts';

const FORMAT = 1;
const MANIFEST = 'manifest.json';

/** Where the kept files of a snapshot lie. */
export const dataFolder = (snapshotPath: string) => join(snapshotPath, 'data');

/** What an implementation says about the data folder that it has filled. */
export interface Contents {
  readonly fingerprint: Fingerprint;
  readonly mark: string | null;
  /** What the data folder holds, as read back from it. */
  readonly tree: readonly TreeEntry[];
  /** Whatever the implementation needs to restore. */
  readonly facts: Json;
}

interface Manifest extends Contents {
  readonly format: number;
  readonly id: string;
  readonly kind: ProtectedData['kind'];
  readonly checksum: string;
}

/** A snapshot with what its manifest says. */
export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly tree: readonly TreeEntry[];
  readonly facts: Json;
}

export function damaged(path: string, why: string): Problem {
  return new Problem('SNAPSHOT_DAMAGED', `the snapshot at ${path} is damaged`, {
    why,
    next: 'belay snapshot list',
    retry: 'after-change',
  });
}

function folderOf(root: string, id: string): string {
  if (/^[\w-][\w.-]*$/.test(id) && !id.endsWith('.partial')) return join(root, id);
  throw new Problem('SNAPSHOT_UNKNOWN', `"${id}" is not the id of a snapshot`, { next: 'belay snapshot list' });
}

function parse(path: string, text: string): Manifest {
  let sealed: { readonly manifest: Manifest; readonly seal: string };
  try {
    sealed = JSON.parse(text) as typeof sealed;
  } catch {
    throw damaged(path, `${MANIFEST} is cut off or changed: it is not JSON`);
  }
  const { manifest, seal } = sealed;
  if (typeof manifest?.format === 'number' && manifest.format > FORMAT) {
    throw new Problem('FORMAT_NEWER', `the snapshot at ${path} was written by a newer Belay`, {
      next: 'update belayctl',
    });
  }
  if (manifest?.format !== FORMAT || hashOf(manifest) !== seal) {
    throw damaged(path, `${MANIFEST} was changed after it was written`);
  }
  return manifest;
}

/** The names of a few of the files concerned. */
function some(paths: readonly string[]): string {
  return `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
}

/** Reads the whole snapshot at `path` back. @throws Problem SNAPSHOT_DAMAGED naming the file */
export async function readSnapshot(path: string, signal: AbortSignal): Promise<StoredSnapshot> {
  let text: string;
  try {
    text = await readFile(join(path, MANIFEST), 'utf8');
  } catch (error) {
    if (isMissing(error)) throw damaged(path, `${MANIFEST} is missing`);
    throw error;
  }
  const { id, fingerprint, tree, checksum, mark, facts } = parse(path, text);
  const differing = treeDifferences(tree, await scanTree(dataFolder(path), signal));
  if (differing.length > 0) throw damaged(path, `not as written: ${some(differing)}`);
  return { snapshot: { id, fingerprint, path, checksum, bytes: treeBytes(tree), mark }, tree, facts };
}

/** Reads back the very snapshot that the record names, also when its folder holds another by now. */
export async function readRecorded(recorded: Snapshot, signal: AbortSignal): Promise<StoredSnapshot> {
  const stored = await readSnapshot(recorded.path, signal);
  if (stored.snapshot.checksum === recorded.checksum) return stored;
  throw damaged(recorded.path, 'it is complete, but not the one in the record: the checksums differ');
}

/** The complete, undamaged snapshot of an id; null when there is none. A half-written one is none. */
export async function findSnapshot(root: string, id: string, signal: AbortSignal): Promise<Snapshot | null> {
  const path = folderOf(root, id);
  if ((await statOrNull(path)) === null) return null;
  return (await readSnapshot(path, signal)).snapshot;
}

/** Removes what killed attempts left. */
async function removePartials(root: string, id: string): Promise<void> {
  if ((await statOrNull(root)) === null) return;
  for (const name of await readdir(root)) {
    const rest = name.startsWith(`${id}.`) ? name.slice(id.length) : '';
    if (/^(\.\d+)?\.partial$/.test(rest)) await rm(join(root, name), { recursive: true, force: true });
  }
}

/**
 * Writes a snapshot: `fill` makes the folder it is given, durably, and reads it back. All of it happens
 * under a side name; a kill at any instant leaves nothing that counts.
 */
export async function writeSnapshot(
  root: string,
  id: string,
  kind: ProtectedData['kind'],
  signal: AbortSignal,
  fill: (folder: string) => Promise<Contents>,
): Promise<Snapshot> {
  const path = folderOf(root, id);
  await removePartials(root, id);
  // By process: a program that a killed attempt has started finds its folder gone, not the new one.
  const partial = `${path}.${process.pid}.partial`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const contents = await fill(dataFolder(partial));
  const manifest: Manifest = { ...contents, format: FORMAT, id, kind, checksum: hashOf(contents) };
  writeFileDurably(join(partial, MANIFEST), JSON.stringify({ manifest, seal: hashOf(manifest) }));
  const { fingerprint, checksum, tree, mark } = parse(partial, await readFile(join(partial, MANIFEST), 'utf8'));
  signal.throwIfAborted();
  await rename(partial, path);
  fsyncDirectory(root);
  return { id, fingerprint, path, checksum, bytes: treeBytes(tree), mark };
}

/** An own folder for a test restore; what a killed one left is removed first, and this one at the end. */
export async function withSideFolder<T>(root: string, name: string, job: (folder: string) => Promise<T>): Promise<T> {
  const side = join(root, `.${name}.partial`);
  await rm(side, { recursive: true, force: true });
  await mkdir(side, { recursive: true, mode: 0o700 });
  try {
    return await job(side);
  } finally {
    await rm(side, { recursive: true, force: true });
  }
}

/** Removes a snapshot and what a killed attempt left of it; nothing to remove is fine. */
export async function removeSnapshot(root: string, id: string): Promise<void> {
  const path = folderOf(root, id);
  await removePartials(root, id);
  if ((await statOrNull(path)) === null) return;
  // Loses its name first: a removal that is killed leaves no half snapshot under a valid name.
  await rename(path, `${path}.partial`);
  await rm(`${path}.partial`, { recursive: true, force: true });
}
