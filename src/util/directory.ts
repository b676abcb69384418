/** A plain directory as a source: what is shipped of it, and the hash that stands in for a commit. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Never part of a source: history, what an install makes again, and our own state. */
const LEFT_OUT = new Set(['.git', 'node_modules', '.belay']);

/** Whether an entry of a source directory is shipped, by its path. */
export function isShipped(path: string): boolean {
  return !LEFT_OUT.has(basename(path));
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** One line a file or link, in a fixed order: kind, executable bit, path, content. Sockets and pipes are not content. */
async function listing(root: string, below: string, keep: (path: string) => boolean): Promise<string[]> {
  const lines: string[] = [];
  const names = (await readdir(join(root, below))).filter(keep).sort();
  for (const name of names) {
    const path = below === '' ? name : `${below}/${name}`;
    const full = join(root, path);
    const facts = await lstat(full);
    if (facts.isDirectory()) lines.push(...(await listing(root, path, keep)));
    else if (facts.isSymbolicLink()) lines.push(JSON.stringify(['link', path, await readlink(full)]));
    else if (facts.isFile()) {
      lines.push(JSON.stringify([(facts.mode & 0o100) === 0 ? 'file' : 'executable', path, await hashFile(full)]));
    }
  }
  return lines;
}

/** SHA-256 (hex) over names, kinds, executable bits and content; times and owners do not count. */
export async function hashDirectory(path: string, keep: (path: string) => boolean = isShipped): Promise<string> {
  return createHash('sha256')
    .update((await listing(path, '', keep)).join('\n'))
    .digest('hex');
}

/** `dir-<40 hex>`: the `commit` of a source that is a plain directory. */
export async function directoryCommit(path: string): Promise<string> {
  return `dir-${(await hashDirectory(path)).slice(0, 40)}`;
}
