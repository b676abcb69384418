/** What a Convex deployment refuses to its store, in words that a person can act on. Never with the key. */
import { Problem } from '../../core/errors.ts';
import { HttpFailure } from '../../util/http.ts';

/** The problem behind a failed request; anything else comes back unchanged, since it is a bug. */
export function toStoreProblem(error: unknown, where: string): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const { status, code, message } = error;
  if (status === 401 || status === 403) {
    return new Problem('STORE_REFUSED', `The store ${where} refuses its key`, {
      why: message,
      next: 'look at the secret behind store.adminKey, then: belay doctor',
      retry: 'after-change',
      cause: error,
    });
  }
  if (status === 0 || status === 429 || status >= 500) {
    return new Problem('STORE_UNREACHABLE', `The store ${where} cannot be reached`, {
      why: message,
      next: `curl --fail https://${where}/version`,
      retry: 'later',
      // An answer may have been lost after the effect; the same call again finds out.
      unknown: status !== 429,
      cause: error,
    });
  }
  if (/component/i.test(`${code} ${message}`)) return new ComponentMissing(where, message);
  return new Problem('STORE_REFUSED', `The store ${where} refuses to work`, {
    why: code === String(status) ? message : `${code}: ${message}`,
    retry: 'after-change',
    cause: error,
  });
}

/** Convex begins with the number of the request, and the words follow in a line of their own. */
function words(message: string): string {
  return message.replace(/^\[Request ID: \w+\] Server Error\s*/, '').split('\n')[0] ?? '';
}

/** The deployment answers, and Belay's component is not in it. */
export class ComponentMissing extends Problem {
  constructor(where: string, why: string) {
    super('STORE_REFUSED', `The Convex deployment ${where} has no Belay component`, {
      why: `nothing can hold the lock and the journal before it is there (${words(why)})`,
      next: 'belay store init',
      retry: 'after-change',
    });
  }
}

/** @param found the format that the component speaks */
export function componentOlder(where: string, found: number, needed: number): Problem {
  return new Problem('STORE_REFUSED', `The Belay component of ${where} is older than this Belay`, {
    why: `it speaks format ${found}; this version needs ${needed}`,
    next: 'install this version of belayctl in the application and deploy it: npx convex deploy',
    retry: 'after-change',
  });
}
