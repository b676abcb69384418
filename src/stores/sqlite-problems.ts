/** Turns what SQLite throws into problems that a person can act on. */
import { Problem } from '../core/errors.ts';

/** Primary result codes, https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code of an error of either engine; null when it is not SQLite's. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const facts = error as { errcode?: unknown; rawCode?: unknown };
  const code = facts.errcode ?? facts.rawCode;
  return typeof code === 'number' ? code & 0xff : null;
}

/** The name of an error of the operating system, as `ENOSPC`; null for any other. */
function systemCode(error: unknown): string | null {
  const facts = error instanceof Error ? (error as NodeJS.ErrnoException) : null;
  return facts?.syscall === undefined ? null : (facts.code ?? null);
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

export function isFull(error: unknown): boolean {
  return resultCode(error) === FULL;
}

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;

function busy(path: string, heldBy: string | null, cause: unknown): Problem {
  return new Problem('STORE_UNREACHABLE', `The store ${path} is locked by another process`, {
    why: heldBy ?? 'it was not free within 5 s; a process that was stopped in the middle of writing keeps it locked',
    next: `fuser ${quoted(path)}`,
    retry: 'later',
    cause,
  });
}

export function storeFull(path: string, cause: unknown): Problem {
  return new Problem('STORE_FULL', `No room left to write to the store ${path}`, {
    why: 'the disk is full; nothing was written',
    next: `df -h ${quoted(path)}`,
    retry: 'after-change',
    cause,
  });
}

export function storeCorrupt(path: string, why: string, cause?: unknown): Problem {
  return new Problem('STORE_CORRUPT', `The store ${path} is damaged`, {
    why,
    next: `sqlite3 ${quoted(path)} 'PRAGMA integrity_check'`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The problem behind an error of SQLite; anything else comes back unchanged, since it is a bug.
 * @param heldBy who holds the file, as a sentence, where that could be read
 */
export function toProblem(error: unknown, path: string, heldBy: string | null = null): unknown {
  switch (resultCode(error)) {
    case BUSY:
    case LOCKED:
      return busy(path, heldBy, error);
    case FULL:
      return storeFull(path, error);
    case CORRUPT:
      return storeCorrupt(path, 'SQLite found pages that do not fit together', error);
    case NOTADB:
      return storeCorrupt(path, 'the file is not a SQLite database', error);
    case IOERR:
      return new Problem('STORE_UNREACHABLE', `Reading or writing the store ${path} failed`, {
        why: `the disk answered with an error (${(error as Error).message})`,
        next: 'dmesg | tail',
        retry: 'later',
        // The error may have come after the commit point: only the journal itself can tell.
        unknown: true,
        cause: error,
      });
    case READONLY:
    case CANTOPEN:
      return new Problem('STORE_UNREACHABLE', `The store ${path} cannot be opened for writing`, {
        why: (error as Error).message,
        next: `ls -la ${quoted(path)}`,
        retry: 'after-change',
        cause: error,
      });
    default:
      return fromSystem(error, path);
  }
}

/** What the file system answers about the files beside the store. */
function fromSystem(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code === null) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return storeFull(path, error);
  return new Problem('STORE_UNREACHABLE', `The folder of the store ${path} cannot be written`, {
    why: (error as Error).message,
    next: `ls -la ${quoted(path)}*`,
    retry: 'after-change',
    cause: error,
  });
}
