/**
 * Behind the commit nothing can change the outcome. A store that goes away then is no failure of the deployment: what
 * is left is told, with what is live, and done by whoever takes the lease next.
 */
import { describeError, isProblem, type Problem, type ProblemCode } from './errors.ts';
import { lookWithin } from './observe.ts';
import { type LiveRefs, sameRef } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** A commit that is on record, with work behind it that could not be recorded any more. */
export interface Unfinished {
  /** Why the record could not be written. */
  readonly why: string;
  /** What the next command does, in words; empty when only the watch was cut short. */
  readonly left: readonly string[];
  /** Every target was read back: it serves the new release, healthy, and nobody is kept waiting. */
  readonly verified: boolean;
}

/** The record cannot be written now; that it cannot be believed any more is another matter. */
const AWAY: ReadonlySet<ProblemCode> = new Set(['STORE_UNREACHABLE', 'STORE_FULL', 'LEASE_EXPIRING']);

export function isAway(error: unknown): error is Problem {
  return isProblem(error) && AWAY.has(error.code);
}

async function isServed({ runtime, environment }: Looking, name: string, live: LiveRefs): Promise<boolean> {
  const target = environment.targets.get(name);
  const wanted = live[name] ?? null;
  if (!target || wanted === null) return false;
  return lookWithin(runtime, environment, name, async (ctx) => {
    if (!sameRef(await target.live(ctx), wanted)) return false;
    if (await target.holding?.held(ctx)) return false;
    return (await target.probe(ctx, wanted)).healthy;
  });
}

interface Looking {
  readonly runtime: Runtime;
  readonly environment: Environment;
}

async function isVerified(session: Session): Promise<boolean> {
  const live = session.state.release?.refs ?? {};
  const served = Object.keys(session.state.plan?.before ?? {}).map((name) =>
    isServed(session, name, live).catch((error: unknown) => {
      session.runtime.emit({ type: 'note', text: `${name} could not be read back: ${describeError(error)}` });
      return false;
    }),
  );
  return (await Promise.all(served)).every(Boolean);
}

/** Steps behind the commit that are not done, and the end of the record. */
function leftOf({ state }: Session): string[] {
  const steps = state.plan?.steps.filter((step) => step.after && state.steps.get(step.id)?.phase !== 'done') ?? [];
  const words = steps.map((step) => (step.target === null ? step.title : `${step.title} (${step.target})`));
  return state.closed ? [] : [...words, 'close the record'];
}

/**
 * Does `work`; when the store goes away after the commit of the session's deployment, that is kept in
 * `session.unfinished` instead of being thrown. Null then.
 */
export async function behindCommit<T>(session: Session, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (session.state.outcome !== 'committed' || !isAway(error)) throw error;
    session.unfinished = { why: describeError(error), left: leftOf(session), verified: await isVerified(session) };
    return null;
  }
}
