/** What a Convex deployment refuses, in words that a person can act on. */
import { Problem } from '../../core/errors.ts';
import { HttpFailure } from '../../util/http.ts';

const WRONG_KEY = new Set(['BadAdminKey', 'BadDeployKey', 'InvalidDeployKey', 'Unauthenticated', 'BadConvexAccessKey']);

/** @param doing what was tried, as a noun: `the push` */
export function toProblem(error: unknown, doing: string, where: string): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const { status, code, message } = error;
  if (status === 401 || (status === 403 && WRONG_KEY.has(code))) {
    return new Problem('TARGET_UNREACHABLE', `${where} refuses the key of this environment`, {
      why: message,
      next: 'look at the secret of deployKey or adminKey in the configuration, then: belay doctor',
      retry: 'after-change',
      cause: error,
    });
  }
  if (status === 403) {
    return new Problem('TARGET_UNREACHABLE', `The key of this environment may not do ${doing} on ${where}`, {
      why: message,
      next: 'create a deploy key that may, in the dashboard of the deployment',
      retry: 'after-change',
      cause: error,
    });
  }
  if (status === 0 || status === 429 || status >= 500) {
    return new Problem('TARGET_UNREACHABLE', `${where} did not answer ${doing}`, {
      why: message,
      next: 'belay status, then try again',
      retry: 'later',
      // An answer may have been lost after the effect.
      unknown: status !== 429,
      cause: error,
    });
  }
  return new Problem('TARGET_FAILED', `${where} refused ${doing}`, {
    why: code === String(status) ? message : `${code}: ${message}`,
    retry: 'after-change',
    cause: error,
  });
}
