/** Turns what the file system says into what a person can do about it. */
import { isProblem, Problem } from '../core/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EBUSY: 'it is in use, or a mount point',
  EIO: 'the disk reported an error',
  ENOENT: 'a file disappeared meanwhile',
  EXDEV: 'it is on another file system',
};

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Runs `job`; a system error becomes a Problem that begins with `failed`. Everything else passes unchanged. */
export async function withDataProblem<T>(failed: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (isProblem(error) || !(error instanceof Error) || !('syscall' in error) || !('code' in error)) throw error;
    const code = String(error.code);
    if (FULL.has(code)) {
      throw new Problem('NO_ROOM', failed, {
        why: 'the disk or the quota is full',
        retry: 'after-change',
        cause: error,
      });
    }
    const path = 'path' in error ? `${String(error.path)}: ` : '';
    throw new Problem('DATA_FAILED', failed, {
      why: `${path}${REASONS[code] ?? error.message}`,
      retry: 'after-change',
      cause: error,
    });
  }
}

/** A signal that also ends after `limitMs`, with a TIMEOUT that says what took too long. */
export function limited(signal: AbortSignal, limitMs: number | undefined, what: string): AbortSignal {
  if (limitMs === undefined) return signal;
  const limit = new AbortController();
  setTimeout(() => {
    limit.abort(
      new Problem('TIMEOUT', `${what} took longer than ${Math.round(limitMs / 1_000)} s`, {
        why: 'the time limit for work on this data was reached',
        next: 'raise the limit, or look at the load of the disk',
        retry: 'later',
      }),
    );
  }, limitMs).unref();
  return AbortSignal.any([signal, limit.signal]);
}
