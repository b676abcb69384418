/** Runs the steps of one group: intents first, in one write; then the effects, side by side; each read back. */
import { isProblem, Problem } from './errors.ts';
import type { NewEvent } from './events.ts';
import { ensureTimeForEffect } from './lease.ts';
import { isObserving } from './next.ts';
import type { PlannedStep } from './plan.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { STEPS } from './steps/all.ts';
import { recorded, see, stopOn } from './uncertain.ts';

const RETRY_WAIT_MS = 500;
const ATTEND_EVERY_MS = 1_000;

async function intentOf(session: Session, step: PlannedStep): Promise<NewEvent> {
  const known = session.state.steps.get(step.id);
  const { ctx, within, end } = contextOf(session, step);
  try {
    // A second attempt goes back to what was there before the first.
    const before = known && known.attempts > 0 ? undefined : STEPS[step.kind].before?.(ctx);
    const expected = before ? await within(before) : (known?.expected ?? null);
    return session.event('step.intended', { step: step.id, attempt: (known?.attempts ?? 0) + 1, expected });
  } catch (error) {
    stopOn(session, error);
    return session.event('step.failed', { step: step.id, error: recorded(error), ms: 0 });
  } finally {
    end();
  }
}

/** `failed` is aborted when one step of the group has failed: what its siblings do would be undone anyway. */
async function runStep(session: Session, step: PlannedStep, failed: AbortController): Promise<void> {
  const { clock } = session.runtime;
  const started = clock.now();
  const { ctx, within, end } = contextOf(session, step, 'forward', failed.signal);
  try {
    const receipt = await within(STEPS[step.kind].run(ctx));
    const seen = STEPS[step.kind].look ? await within(see(ctx)) : ({ is: 'wanted', receipt } as const);
    if (seen.is !== 'wanted') {
      throw new Problem('TARGET_FAILED', `${step.id} reported success, but reading it back shows otherwise`, {
        why: seen.is === 'other' ? `found ${seen.saw}` : 'nothing has changed',
      });
    }
    const done = { step: step.id, receipt: receipt ?? seen.receipt, ms: clock.now() - started };
    session.defer(session.event('step.done', done));
  } catch (error) {
    stopOn(session, error);
    // Paused while observing: nothing was done, and it is observed anew when it goes on.
    if (isProblem(error, 'PAUSED')) return session.defer(session.event('step.absent', { step: step.id }));
    const unheard = isProblem(error) && (error.unknown || error.retry === 'later') && !isObserving(step);
    if (unheard) session.unheard.set(step.id, clock.now());
    // The target itself has answered, and nothing was cut off: nothing of it is still on its way.
    else if (isProblem(error) && !ctx.signal.aborted) session.answered.add(step.id);
    if (!unheard) failed.abort();
    session.defer(
      unheard
        ? session.event('step.unknown', { step: step.id, error: recorded(error) })
        : session.event('step.failed', { step: step.id, error: recorded(error), ms: clock.now() - started }),
    );
  } finally {
    end();
  }
}

/**
 * While steps run: what has ended is written once a second, for those who watch from elsewhere (a step that ends
 * within that second shares its write with the next intent), and a request to abort cuts the way forward off.
 */
async function attend(session: Session, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await session.runtime.clock.sleep(ATTEND_EVERY_MS, over);
    if (over.aborted) return;
    // A store that is away is the next append's problem.
    await session.append().catch(() => undefined);
    const requests = await session.newRequests().catch(() => []);
    if (requests.some((request) => request.kind === 'abort')) session.stopForward.abort();
  }
}

export async function runGroup(session: Session, steps: readonly PlannedStep[]): Promise<void> {
  const attempts = Math.max(...steps.map((step) => session.state.steps.get(step.id)?.attempts ?? 0));
  if (attempts > 0) await session.runtime.clock.sleep(RETRY_WAIT_MS * 2 ** attempts, session.runtime.stop.gently);
  await ensureTimeForEffect(session.runtime, session.heartbeat);
  const intents: NewEvent[] = [];
  for (const step of steps) intents.push(await intentOf(session, step));
  await session.append(...intents);
  if (intents.some((event) => event.kind === 'step.failed')) return;
  await ensureTimeForEffect(session.runtime, session.heartbeat);
  const over = new AbortController();
  void attend(session, over.signal);
  const failed = new AbortController();
  const results = await Promise.allSettled(steps.map((step) => runStep(session, step, failed)));
  over.abort();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
