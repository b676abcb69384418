/** Turns what Postgres and its connection throw into problems that a person can act on; never with the password. */
import { Problem, type ProblemCode, type Retry } from '../core/errors.ts';

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOENT',
]);
/** pg gives these no code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout e(xceeded|xpired))/;

/** SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), by class or whole code. */
const STATES: readonly (readonly [prefix: string, code: ProblemCode, retry: Retry])[] = [
  ['08', 'STORE_UNREACHABLE', 'later'],
  ['25006', 'STORE_UNREACHABLE', 'later'],
  ['28', 'STORE_UNREACHABLE', 'after-change'],
  ['3D000', 'STORE_UNREACHABLE', 'after-change'],
  ['40', 'STORE_UNREACHABLE', 'later'],
  ['42501', 'STORE_REFUSED', 'after-change'],
  ['53100', 'STORE_FULL', 'after-change'],
  ['53', 'STORE_UNREACHABLE', 'later'],
  ['55P03', 'STORE_UNREACHABLE', 'later'],
  ['57', 'STORE_UNREACHABLE', 'later'],
  ['58', 'STORE_UNREACHABLE', 'later'],
  ['XX001', 'STORE_CORRUPT', 'no'],
  ['XX002', 'STORE_CORRUPT', 'no'],
];

function codeOf(error: unknown): string | null {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : null;
}

/** True when the connection is gone: whatever was under way may have happened or not. */
export function isLost(error: unknown): boolean {
  // Node tries each address of a name and reports them together.
  if (error instanceof AggregateError) return error.errors.some(isLost);
  const code = codeOf(error);
  if (code === null) return error instanceof Error && LOST.test(error.message);
  return NETWORK.has(code) || code.startsWith('08') || /^57P0[1-5]$/.test(code);
}

const WORDS: Partial<Record<ProblemCode, string>> = {
  STORE_UNREACHABLE: 'cannot be reached',
  STORE_FULL: 'has no room left',
  STORE_REFUSED: 'does not let this user work',
  STORE_CORRUPT: 'is damaged',
};

/**
 * The problem behind an error; anything else comes back unchanged, since it is a bug.
 * @param unknown true when a commit was under way
 */
export function toPostgresProblem(error: unknown, where: string, unknown = false): unknown {
  if (error instanceof Problem) return error;
  const state = codeOf(error) ?? '';
  const known = STATES.find(([prefix]) => state.startsWith(prefix) && state.length === 5);
  const lost = isLost(error);
  if (!known && !lost) return error;
  const [, code, retry] = known ?? ['', 'STORE_UNREACHABLE' as const, 'later' as const];
  return new Problem(code, `The store ${where} ${WORDS[code]}`, {
    why: describe(error),
    next: `pg_isready --dbname ${where}`,
    retry,
    unknown: unknown && lost,
    cause: error,
  });
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return describe(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
