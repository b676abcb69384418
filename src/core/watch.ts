/** After the commit: watching the release for the bake time. A breach opens a rollback of its own. */
import type { Breach } from '../strategies/triggers.ts';
import { isAway } from './behind-commit.ts';
import { describeError, isProblem, Problem, type ProblemCode } from './errors.ts';
import type { PlannedStep } from './plan.ts';
import { type RollbackResult, rollBack } from './rollback.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { createAlarms } from './steps/alarms.ts';
import { type Verdict, watchRelease } from './steps/judge.ts';
import { turnedOffByRequest } from './interrupt.ts';
import { stopOn } from './uncertain.ts';

export interface Watched {
  readonly result: 'quiet' | 'breached' | 'interrupted';
  readonly requests: number | null;
  readonly rollback: RollbackResult | null;
}

const RESULTS = { quiet: 'quiet', asked: 'interrupted', stopped: 'interrupted', breached: 'breached' } as const;

/** Why a rollback is not begun by itself: then a person must look. */
const NO_WAY_BACK: ReadonlySet<ProblemCode> = new Set(['CONSENT_NEEDED', 'RELEASE_PRUNED', 'GATE_REFUSED']);

function watching(limitMs: number): PlannedStep {
  return { id: 'watch', kind: 'soak', target: null, group: 0, after: false, limitMs, title: 'bake time' };
}

/** Null when there is nothing to watch with, or nothing to go back to. */
export async function watch(session: Session): Promise<Watched | null> {
  const { environment, runtime, state } = session;
  const hasWayBack = Object.values(state.plan?.before ?? {}).some((ref) => ref !== null);
  if (environment.bakeMs === 0 || environment.triggers.length === 0 || !hasWayBack) return null;
  const started = runtime.clock.now();
  const verdict = await watchFor(session, environment.bakeMs);
  if (verdict.breach) await recordBreach(session, verdict.breach);
  const result = RESULTS[verdict.result];
  await session.append(session.event('watch.ended', { result, ms: runtime.clock.now() - started }));
  const rollback = await goBack(session, verdict);
  return { result, requests: verdict.requests, rollback };
}

/** A target that cannot be looked at any more ends the watch, not the deployment: it is committed. */
async function watchFor(session: Session, bakeMs: number): Promise<Verdict> {
  const { ctx, within, end } = contextOf(session, watching(bakeMs + 60_000));
  const alarms = createAlarms(session.state.plan?.canary);
  try {
    return await within(watchRelease(ctx, bakeMs, (sample) => alert(session, alarms(sample))));
  } catch (error) {
    stopOn(session, error);
    if (!isProblem(error)) throw error;
    session.runtime.emit({ type: 'note', text: `the release is not watched any longer: ${describeError(error)}` });
    return { result: 'stopped', requests: null };
  } finally {
    end();
  }
}

async function alert(session: Session, texts: readonly string[]): Promise<void> {
  if (texts.length > 0) await session.append(...texts.map((what) => session.event('alert.raised', { what })));
}

/** @throws Problem ATTENTION when the breach cannot be recorded, so that nothing may be taken back by itself */
async function recordBreach(session: Session, breach: Breach): Promise<void> {
  try {
    await session.append(session.event('trigger.fired', breach));
  } catch (error) {
    if (!isAway(error)) throw error;
    const { name } = session.environment;
    throw new Problem('ATTENTION', `${name} runs a release that does not do well, and it was not taken back`, {
      why: `${breach.trigger}: ${breach.observed}, the limit is ${breach.limit}; ${describeError(error)}`,
      next: `belay rollback --env ${name}   once the store answers again`,
      cause: error,
    });
  }
}

async function goBack(session: Session, verdict: Verdict): Promise<RollbackResult | null> {
  const aborted = turnedOffByRequest(verdict.request);
  const reason = verdict.breach
    ? `${verdict.breach.trigger}: ${verdict.breach.observed}, the limit is ${verdict.breach.limit}`
    : aborted;
  if (reason === null) return null;
  const cause = session.state.id;
  try {
    return await rollBack(session, { to: null, reason, cause, data: 'unless-written', loseWrites: 0 });
  } catch (error) {
    if (!isProblem(error) || !NO_WAY_BACK.has(error.code)) throw error;
    const why = `${reason}; it was not rolled back by itself: ${describeError(error)}`;
    await session.append(session.event('attention.raised', { reason: why, remaining: [] }, cause));
    return null;
  }
}
