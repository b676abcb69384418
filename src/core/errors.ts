/**
 * The one error class for everything a person can act on. Whatever else is thrown is a bug of
 * ours: it is shown with its stack and exits with 70.
 */

/** Exit codes; one meaning each (`docs/errors.md`). */
export const EXIT = {
  ok: 0,
  problem: 1,
  usage: 2,
  refused: 3,
  locked: 4,
  rolledBack: 5,
  stuck: 6,
  paused: 7,
  unreachable: 8,
  unknown: 9,
  bug: 70,
  fenced: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every code a {@link Problem} can carry, with the exit code it ends in. */
export const PROBLEMS = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  CONFIG_MISSING: EXIT.usage,
  SECRET_MISSING: EXIT.usage,
  STORE_REFUSED: EXIT.usage,
  STORE_UNREACHABLE: EXIT.unreachable,
  STORE_FULL: EXIT.problem,
  STORE_CORRUPT: EXIT.stuck,
  STORE_WENT_BACK: EXIT.stuck,
  FORMAT_NEWER: EXIT.usage,
  LOCK_HELD: EXIT.locked,
  LOCK_MISMATCH: EXIT.locked,
  FENCED: EXIT.fenced,
  LEASE_EXPIRING: EXIT.unknown,
  ENVIRONMENT_UNKNOWN: EXIT.usage,
  ENVIRONMENT_FROZEN: EXIT.locked,
  ATTENTION: EXIT.stuck,
  PAUSED: EXIT.paused,
  DRIFT: EXIT.refused,
  GATE_REFUSED: EXIT.refused,
  SOURCE_INVALID: EXIT.problem,
  SCHEMA_UNREADABLE: EXIT.usage,
  RELEASE_UNKNOWN: EXIT.usage,
  RELEASE_PRUNED: EXIT.problem,
  NOTHING_TO_ROLL_BACK: EXIT.problem,
  CONSENT_NEEDED: EXIT.refused,
  DEPLOYMENT_UNKNOWN: EXIT.usage,
  BUILD_FAILED: EXIT.problem,
  TIMEOUT: EXIT.problem,
  UNHEALTHY: EXIT.problem,
  PORT_TAKEN: EXIT.problem,
  TARGET_UNREACHABLE: EXIT.unreachable,
  TARGET_FAILED: EXIT.problem,
  DATA_FAILED: EXIT.problem,
  SNAPSHOT_DAMAGED: EXIT.stuck,
  SNAPSHOT_UNKNOWN: EXIT.usage,
  NO_ROOM: EXIT.problem,
  AUDIT_BROKEN: EXIT.problem,
  INTERRUPTED: EXIT.interrupted,
  TOOL_MISSING: EXIT.problem,
} as const satisfies Record<string, ExitCode>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Whether the same call may be tried again: never, after a while, or after something changed. */
export type Retry = 'no' | 'later' | 'after-change';

export interface ProblemFacts {
  /** Why it happened, in one sentence. */
  readonly why?: string;
  /** What is live now, where the one who throws knows it; the command line fills it in otherwise. */
  readonly live?: string;
  /** The command to run next. */
  readonly next?: string;
  readonly retry?: Retry;
  /**
   * True when the effect may have happened all the same (a lost answer, a time limit): the executor
   * then looks at the target again before it believes anything.
   */
  readonly unknown?: boolean;
  /** Several findings under one failure, a line each. */
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** A failure that a person can act on: what failed, why, what is live now, the command to run next. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly why: string | undefined;
  readonly live: string | undefined;
  readonly next: string | undefined;
  readonly retry: Retry;
  readonly unknown: boolean;
  readonly details: readonly string[];

  constructor(code: ProblemCode, message: string, facts: ProblemFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.why = facts.why;
    this.live = facts.live;
    this.next = facts.next;
    this.retry = facts.retry ?? 'no';
    this.unknown = facts.unknown ?? false;
    this.details = facts.details ?? [];
  }

  get exitCode(): ExitCode {
    return PROBLEMS[this.code];
  }
}

/** One line for a journal entry or a list, whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Problem) return error.why ? `${error.message}: ${error.why}` : error.message;
  return error instanceof Error ? error.message : String(error);
}

export function isProblem(error: unknown, code?: ProblemCode): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
