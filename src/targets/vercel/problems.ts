/** Vercel's refusals in words that a person can act on. */
import { Problem } from '../../core/errors.ts';
import type { HttpFailure } from '../../util/http.ts';

export interface Asked {
  /** "promote dpl_1": what was to be done. */
  readonly what: string;
  readonly project: string;
  readonly team: string | undefined;
  /** It may have changed something although its answer was lost. */
  readonly changes: boolean;
}

/** @returns the Problem of a failed request: what was wanted, why it failed, what to do next */
export function asProblem(failure: HttpFailure, asked: Asked): Problem {
  const { status } = failure;
  if (status === 0 || status >= 500 || status === 429) return away(failure, asked);
  if (status === 401 || status === 403) return refusedKey(failure, asked);
  if (status === 402) return planLimit(failure, asked);
  if (status === 404) return notFound(failure, asked);
  return new Problem('TARGET_FAILED', `Vercel did not ${asked.what}`, {
    why: `${failure.message} (${failure.code})`,
    ...(status === 409 ? { next: 'belay status', retry: 'later' as const } : { retry: 'after-change' as const }),
    cause: failure,
  });
}

function away(failure: HttpFailure, { what, changes }: Asked): Problem {
  const limited = failure.status === 429;
  return new Problem('TARGET_UNREACHABLE', `Vercel could not be asked to ${what}`, {
    why: limited ? `too many requests for now: ${failure.message}` : failure.message,
    next: 'belay status',
    retry: 'later',
    // One too many was not looked at; anything else may have been done.
    unknown: changes && !limited,
    cause: failure,
  });
}

const TOKENS = 'https://vercel.com/account/settings/tokens';

function refusedKey(failure: HttpFailure, { what, project, team }: Asked): Problem {
  const invalid = failure.status === 401 || isInvalidToken(failure.body);
  const whose = team ? `team ${team}` : 'its own account';
  return new Problem('TARGET_UNREACHABLE', `Vercel refuses the key, so it did not ${what}`, {
    why: invalid
      ? `the key is wrong, expired or was revoked: ${failure.message}`
      : `the key is valid, but may not reach project ${project} in ${whose}: ${failure.message}`,
    next: invalid ? `make a new key at ${TOKENS}, then: belay doctor` : 'set `team` and `project`, then: belay doctor',
    retry: 'after-change',
    cause: failure,
  });
}

function isInvalidToken(body: unknown): boolean {
  const { error } = (body ?? {}) as { error?: { invalidToken?: boolean } };
  return error?.invalidToken === true;
}

function notFound(failure: HttpFailure, { what, project, team }: Asked): Problem {
  return new Problem('TARGET_FAILED', `Vercel did not ${what}`, {
    why: `${failure.message}; asked for project ${project} in ${team ? `team ${team}` : "the key's own account"}`,
    next: 'set `project` and `team` as Vercel shows them, then: belay doctor',
    retry: 'after-change',
    cause: failure,
  });
}

/** Quotas and abilities of another plan come with the same status; the service's own sentence says which. */
function planLimit(failure: HttpFailure, { what }: Asked): Problem {
  const quota = failure.code.startsWith('api-') || /limited|quota|exceeded/i.test(failure.message);
  return new Problem(
    'TARGET_FAILED',
    `${quota ? "Vercel's quota is used up" : 'The Vercel plan does not allow it'}: it did not ${what}`,
    {
      why: `${failure.message} (${failure.code})`,
      next: quota ? 'wait, or raise the limit of the plan' : 'choose another release, or upgrade the plan',
      retry: quota ? 'later' : 'after-change',
      cause: failure,
    },
  );
}
