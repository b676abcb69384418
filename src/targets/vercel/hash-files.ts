/** The SHA-1 of every file of a tree, by which Vercel knows which of them it has. */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ManifestFile } from './api-types.ts';

/** Larger files are read in pieces: a release must not cost memory by its largest file. */
const PIECE = 1024 * 1024;
/** A signal, a line of output or a heartbeat waits no longer. */
const TURN_MS = 20;
const LINK_MODE = 0o120777;
/** Vercel keeps whether a file may be run, nothing more. */
const modeOf = (mode: number): number => 0o100644 | ((mode & 0o100) === 0 ? 0 : 0o111);

/** Paths of all files and links below `root`, with `/`, sorted; `keep` sees folders as well. */
export async function listTree(root: string, keep: (path: string) => boolean = () => true): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(root, below), { withFileTypes: true });
    const folders: string[] = [];
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!keep(path)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
    }
    await Promise.all(folders.map(visit));
  };
  await visit('');
  return found.sort();
}

/**
 * In the order of `paths`. A link is its target's name, as the vendor's own command line sends it. Reading here and now
 * costs half of what handing each small file to the thread pool does; in between, everything else gets its turn.
 */
export async function hashFiles(
  root: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly ManifestFile[]> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  const turn = createTurn(signal);
  const files: ManifestFile[] = [];
  for (const file of paths) {
    const path = join(root, file);
    const facts = lstatSync(path);
    if (facts.isSymbolicLink()) files.push({ file, ...digestOf(readlinkSync(path)), mode: LINK_MODE });
    else files.push({ file, ...(await digestInPieces(path, piece, turn)), mode: modeOf(facts.mode) });
    if (turn.isOver()) await turn.pass();
  }
  return files;
}

interface Turn {
  isOver(): boolean;
  pass(): Promise<void>;
}

function createTurn(signal: AbortSignal | undefined): Turn {
  let until = performance.now() + TURN_MS;
  return {
    isOver: () => performance.now() > until,
    async pass() {
      await setImmediate();
      signal?.throwIfAborted();
      until = performance.now() + TURN_MS;
    },
  };
}

function digestOf(text: string): { sha: string; size: number } {
  const bytes = Buffer.from(text);
  return { sha: createHash('sha1').update(bytes).digest('hex'), size: bytes.length };
}

async function digestInPieces(path: string, piece: Buffer, turn: Turn): Promise<{ sha: string; size: number }> {
  const hash = createHash('sha1');
  const handle = openSync(path, 'r');
  let size = 0;
  try {
    for (;;) {
      const read = readSync(handle, piece, 0, PIECE, null);
      hash.update(piece.subarray(0, read));
      size += read;
      if (read < PIECE) return { sha: hash.digest('hex'), size };
      if (turn.isOver()) await turn.pass();
    }
  } finally {
    closeSync(handle);
  }
}

/** What is uploaded of a file: its bytes, or the name that a link points to. */
export async function contentOf(root: string, { file, mode }: ManifestFile): Promise<Uint8Array> {
  return mode === LINK_MODE ? Buffer.from(await readlink(join(root, file))) : readFile(join(root, file));
}
