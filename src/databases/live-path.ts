/** Where protected data really lies, and whether it can be swapped there by renaming. */
import { readFile, readlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Problem } from '../core/errors.ts';
import { isMissing, statOrNull } from './file-tree.ts';

const MAX_LINKS = 40;

/** Follows links at the last component, also to a place where there is nothing yet. */
export async function resolveLive(path: string): Promise<string> {
  let current = resolve(path);
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const stats = await statOrNull(current);
    if (!stats?.isSymbolicLink()) return current;
    current = resolve(dirname(current), await readlink(current));
  }
  throw new Problem('DATA_FAILED', `${path} cannot be followed`, { why: 'it is a loop of symbolic links' });
}

/** Mount points of this process; empty where the system does not tell. */
async function mountPoints(): Promise<string[]> {
  try {
    const table = await readFile('/proc/self/mountinfo', 'utf8');
    return table
      .split('\n')
      .map((line) =>
        (line.split(' ')[4] ?? '').replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
          String.fromCharCode(parseInt(octal, 8)),
        ),
      );
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A mounted directory cannot be renamed, and one below would be swapped away with its volume. */
export async function refuseMounts(path: string): Promise<void> {
  const inside = (await mountPoints()).find((mount) => mount === path || mount.startsWith(`${path}/`));
  if (inside === undefined) return;
  throw new Problem('DATA_FAILED', `${path} cannot be protected as a whole`, {
    why: `${inside} is a mount point: a restore swaps directories by renaming, which a mount does not allow`,
    next: 'protect a directory inside the mount instead',
    retry: 'after-change',
  });
}
