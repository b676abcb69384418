/** A "no" of the API: its status, and a body that says why and what comes next. */
import { isProblem, type Problem, type ProblemCode } from '../core/errors.ts';
import type { ApiProblem } from './api/vocabulary.ts';

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 429 | 500 | 502 | 503;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;
  readonly body: ApiProblem;

  constructor(status: RefusalStatus, code: string, message: string, facts: Partial<ApiProblem> = {}) {
    super(message);
    this.status = status;
    this.body = { code, message, why: null, next: null, details: [], ...facts };
  }
}

const STATUSES: Partial<Readonly<Record<ProblemCode, RefusalStatus>>> = {
  USAGE: 400,
  ENVIRONMENT_UNKNOWN: 404,
  DEPLOYMENT_UNKNOWN: 404,
  RELEASE_UNKNOWN: 404,
  SNAPSHOT_UNKNOWN: 404,
  LOCK_HELD: 409,
  LOCK_MISMATCH: 409,
  FENCED: 409,
  ATTENTION: 409,
  PAUSED: 409,
  DRIFT: 409,
  CONSENT_NEEDED: 409,
  GATE_REFUSED: 409,
  RELEASE_PRUNED: 409,
  NOTHING_TO_ROLL_BACK: 409,
  ENVIRONMENT_FROZEN: 409,
  STORE_UNREACHABLE: 503,
  TARGET_UNREACHABLE: 503,
};

function ofProblem(problem: Problem): Refusal {
  const { code, message, why, next, details } = problem;
  return new Refusal(STATUSES[code] ?? 500, code, message, {
    why: why ?? null,
    next: next ?? null,
    details: [...details],
  });
}

/** What a person may see of an error; anything that is neither a refusal nor a problem is a bug of ours, and told to `log`. */
export function refusalOf(error: unknown, log: (text: string) => void): Refusal {
  if (error instanceof Refusal) return error;
  if (isProblem(error)) return ofProblem(error);
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new Refusal(500, 'BUG', 'Something went wrong inside Belay', {
    why: 'this is a bug; it was told where the dashboard runs',
    next: 'look at the output of `belay dashboard`',
  });
}
