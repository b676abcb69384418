/**
 * Lets one process at a time be something (the daemon of a home, the one who starts it), without a
 * window in which two believe they are: claims are numbered files, the highest one counts, numbers
 * only rise, and creating a file of a given name is atomic. A dead holder's claim is simply followed.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../util/files.ts';
import { bootId, isRunning, self, type ProcessIdentity } from '../util/processes.ts';

export interface Claim {
  release(): void;
}

export type ClaimResult =
  | { readonly claim: Claim; readonly holder: null }
  /** Null as holder: the claim changed hands while we looked; ask again. */
  | { readonly claim: null; readonly holder: ProcessIdentity | null };

interface ClaimFile extends ProcessIdentity {
  readonly boot: string;
  readonly released?: true;
}

/** @param folder made if it is missing; holds nothing but claims of one kind */
export function claimInstance(folder: string): ClaimResult {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const highest = claimNumbers(folder).at(-1) ?? 0;
  const holder = highest === 0 ? null : readHolder(join(folder, String(highest)));
  if (holder === 'vanished') return { claim: null, holder: null };
  if (holder) return { claim: null, holder };
  const mine: ClaimFile = { ...self(), boot: bootId() };
  const path = join(folder, String(highest + 1));
  if (!createWhole(path, JSON.stringify(mine))) return { claim: null, holder: null };
  for (const old of claimNumbers(folder)) if (old <= highest) rmSync(join(folder, String(old)), { force: true });
  return {
    claim: { release: () => writeFileDurably(path, JSON.stringify({ ...mine, released: true })) },
    holder: null,
  };
}

function claimNumbers(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The living holder of a claim; null when it is free to be followed. */
function readHolder(path: string): ProcessIdentity | null | 'vanished' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return 'vanished';
  }
  const file = JSON.parse(text) as ClaimFile;
  return !file.released && file.boot === bootId() && isRunning(file) ? { pid: file.pid, start: file.start } : null;
}

/** The file appears with its content or not at all. False when the name is taken. */
function createWhole(path: string, text: string): boolean {
  const side = `${path}.${process.pid}.new`;
  writeFileSync(side, text, { mode: 0o600 });
  try {
    linkSync(side, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(side, { force: true });
  }
}
