/** After the commit: watching the release for the bake time. A breach opens a rollback of its own. */
import { describeError, isProblem } from './errors.ts';
import type { PlannedStep } from './plan.ts';
import { type RollbackResult, rollBack } from './rollback.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { type Verdict, watchRelease } from './steps/judge.ts';
import { turnedOffByRequest } from './interrupt.ts';

export interface Watched {
  readonly result: 'quiet' | 'breached' | 'interrupted';
  readonly requests: number | null;
  readonly rollback: RollbackResult | null;
}

const RESULTS = { quiet: 'quiet', asked: 'interrupted', stopped: 'interrupted', breached: 'breached' } as const;

function watching(limitMs: number): PlannedStep {
  return { id: 'watch', kind: 'soak', target: null, group: 0, after: false, limitMs, title: 'bake time' };
}

/** Null when there is nothing to watch with, or nothing to go back to. */
export async function watch(session: Session): Promise<Watched | null> {
  const { environment, runtime, state } = session;
  const hasWayBack = Object.values(state.plan?.before ?? {}).some((ref) => ref !== null);
  if (environment.bakeMs === 0 || environment.triggers.length === 0 || !hasWayBack) return null;
  const started = runtime.clock.now();
  const { ctx, end } = contextOf(session, watching(environment.bakeMs + 60_000));
  const verdict = await watchRelease(ctx, environment.bakeMs).finally(end);
  if (verdict.breach) await session.append(session.event('trigger.fired', verdict.breach));
  const result = RESULTS[verdict.result];
  await session.append(session.event('watch.ended', { result, ms: runtime.clock.now() - started }));
  const rollback = await goBack(session, verdict);
  return { result, requests: verdict.requests, rollback };
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
    if (!isProblem(error, 'CONSENT_NEEDED') && !isProblem(error, 'RELEASE_PRUNED')) throw error;
    const why = `${reason}; it was not rolled back by itself: ${describeError(error)}`;
    await session.append(session.event('attention.raised', { reason: why, remaining: [] }, cause));
    return null;
  }
}
