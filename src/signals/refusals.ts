/** The failures that all signals share, in one wording. */
import { describeError, Problem } from '../core/errors.ts';

/** Asking again later may help. */
export function unreachable(source: string, why: string, cause?: unknown): Problem {
  return new Problem('TARGET_UNREACHABLE', `The signal ${source} cannot be read`, { why, retry: 'later', cause });
}

/** Nothing but a change of the configuration (or of the source) helps. */
export function unusable(source: string, why: string, next = 'belay config explain signals'): Problem {
  return new Problem('CONFIG_INVALID', `The signal ${source} cannot be used`, { why, next, retry: 'after-change' });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EACCES: 'no permission',
  ENOENT: 'there is no such file',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name could not be looked up',
  UND_ERR_SOCKET: 'connection closed before the answer was complete',
};

/** Why a connection failed, without what was sent over it. */
export function connectionFault(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === 'string' ? (WORDS[code] ?? code) : describeError(cause);
}
