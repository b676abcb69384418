/** Runs checks side by side; each gives exactly one result, whatever it does. */
import { describeError } from '../core/errors.ts';
import { formatDuration } from '../util/duration.ts';
import type { Check, CheckContext, CheckResult } from './check.ts';
import { verdict } from './verdict.ts';

export interface RunLimits {
  /** Checks at the same time. */
  readonly atOnce?: number;
  /** For one check, its own retries included. */
  readonly limitMs?: number;
}

const AT_ONCE = 8;
const LIMIT_MS = 120_000;
/** A check that was told to stop may take this long to say so. */
const GRACE_MS = 1_000;

/** Results in the order of the checks. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  ctx: CheckContext,
  limits: RunLimits = {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const queue = checks.entries();
  const work = async () => {
    for (const [index, check] of queue) results[index] = await runOne(check, ctx, limits.limitMs ?? LIMIT_MS);
  };
  await Promise.all(Array.from({ length: limits.atOnce ?? AT_ONCE }, work));
  return results;
}

async function runOne(check: Check, ctx: CheckContext, limitMs: number): Promise<CheckResult> {
  const couldNotLook = (what: string) => verdict(check.name, '', [{ status: 'error', what }]);
  if (ctx.signal.aborted) return couldNotLook('stopped before it began');
  const stop = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let onAbort = () => {};
  const deaf = new Promise<CheckResult>((resolve) => {
    const end = (what: string) => {
      stop.abort();
      timers.push(setTimeout(() => resolve(couldNotLook(what)), GRACE_MS));
    };
    onAbort = () => end('stopped before it ended');
    timers.push(setTimeout(() => end(`gave no result within ${formatDuration(limitMs)}`), limitMs));
  });
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([check.run({ ...ctx, signal: stop.signal }), deaf]);
  } catch (error) {
    return couldNotLook(describeError(error));
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
}
