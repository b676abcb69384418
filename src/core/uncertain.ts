/** Effects whose answer was never heard: wait until nothing can still arrive, look, and record what is there (G5). */
import { describeError, isProblem, Problem } from './errors.ts';
import type { RecordedError } from './events.ts';
import type { PlannedStep } from './plan.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { STEPS } from './steps/all.ts';
import type { Seen, StepContext } from './steps/step.ts';

/** Enough to see the cause of a failed build, little enough for the journal. */
const KEPT_LINES = 15;
const LONGEST_LINE = 300;

export function recorded(error: unknown): RecordedError {
  const message = describeError(error);
  if (!isProblem(error)) return { code: 'BUG', message };
  const details = error.details.slice(-KEPT_LINES).map((line) => line.slice(0, LONGEST_LINE));
  return { code: error.code, message, ...(details.length > 0 ? { details } : {}) };
}

/**
 * Passes on the errors after which this process must not do anything more, whatever the plan says. A step that
 * was cut off by a wish to stop gently is none: what it left is looked for and undone.
 */
export function stopOn(session: Session, error: unknown): void {
  throwIfStoppedNow(session);
  if (!isProblem(error)) return;
  if (['FENCED', 'LEASE_EXPIRING'].includes(error.code) || error.code.startsWith('STORE_')) throw error;
}

export function throwIfStoppedNow(session: Session): void {
  if (session.runtime.stop.now.aborted) {
    throw new Problem('INTERRUPTED', 'Stopped at once, as asked; the journal knows what is left', {
      next: 'belay recover',
    });
  }
}

/** Our clock may run up to a tenth fast (G13): waiting by it must still be long enough. */
const CLOCK_TOLERANCE = 1.1;

/** A request of a dead holder, or one that was not answered, may still be on its way for as long as its target says. */
export async function waitForLanding(session: Session, step: PlannedStep): Promise<void> {
  const { clock, emit } = session.runtime;
  const target = step.target === null ? undefined : session.environment.targets.get(step.target);
  if (session.answered.has(step.id)) return;
  const since = session.unheard.get(step.id) ?? session.takenAt;
  const left = since + (target?.landingMs ?? 0) * CLOCK_TOLERANCE - clock.now();
  if (left <= 0) return;
  emit({ type: 'progress', step: step.id, text: 'waiting until nothing sent earlier can still arrive' });
  await clock.sleep(left, session.runtime.stop.now);
  throwIfStoppedNow(session);
}

const LOOKS = 4;
const LOOK_WAIT_MS = 250;

/** Looks; when a target cannot be reached, a few times more. */
export async function see(ctx: StepContext, look = STEPS[ctx.step.kind].look): Promise<Seen> {
  if (!look) return { is: 'before' };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await look(ctx);
    } catch (error) {
      if (!isProblem(error) || error.retry !== 'later' || attempt >= LOOKS) throw error;
      await ctx.runtime.clock.sleep(LOOK_WAIT_MS * 2 ** attempt, ctx.runtime.stop.now);
    }
  }
}

export async function lookAt(session: Session, steps: readonly PlannedStep[]): Promise<void> {
  for (const step of steps) {
    await waitForLanding(session, step);
    const { ctx, within, end } = contextOf(session, step, 'back');
    try {
      const seen = await within(see(ctx));
      if (seen.is === 'wanted') {
        session.defer(session.event('step.done', { step: step.id, receipt: seen.receipt, ms: 0, found: true }));
      } else if (seen.is === 'before') {
        session.defer(session.event('step.absent', { step: step.id }));
      } else {
        const message = `found ${seen.saw}, which is neither what was there nor what was wanted`;
        session.defer(session.event('step.failed', { step: step.id, error: { code: 'DRIFT', message }, ms: 0 }));
      }
    } catch (error) {
      stopOn(session, error);
      session.defer(session.event('step.failed', { step: step.id, error: recorded(error), ms: 0 }));
    } finally {
      end();
    }
  }
}
