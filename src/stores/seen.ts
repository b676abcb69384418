/** A small file beside the project that remembers how far each chain went, so that a store that went back is noticed. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ChainHead } from '../core/journal.ts';
import { writeFileDurably } from '../util/files.ts';

type Heads = Readonly<Record<string, ChainHead>>;

export interface SeenFile {
  readonly where: string;
  read(environment: string): ChainHead | null;
  write(environment: string, head: ChainHead): void;
}

/** Losing the file loses the memory, not a guarantee of the store: a damaged one counts as absent. */
export function seenHeads(path: string): SeenFile {
  const all = (): Heads => {
    if (!existsSync(path)) return {};
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Heads;
    } catch {
      return {};
    }
  };
  return {
    where: path,
    read: (environment) => all()[environment] ?? null,
    write(environment, head) {
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileDurably(path, `${JSON.stringify({ ...all(), [environment]: head })}\n`);
      } catch {
        // A full disk must not turn a finished deployment into a failed one.
      }
    },
  };
}
