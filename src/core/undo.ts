/** Takes one step back, and believes it only after having looked. */
import { Problem } from './errors.ts';
import { ensureTimeForEffect } from './lease.ts';
import { UNDO_BUDGET } from './next.ts';
import type { PlannedStep } from './plan.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { STEPS } from './steps/all.ts';
import { recorded, see, stopOn, waitForLanding } from './uncertain.ts';

const RETRY_WAIT_MS = 500;

export async function undoStep(session: Session, step: PlannedStep): Promise<void> {
  const { clock, stop } = session.runtime;
  const { undo, undone, look } = STEPS[step.kind];
  const known = session.state.steps.get(step.id);
  if (!undo) {
    session.defer(session.event('undo.done', { step: step.id, ms: 0 }));
    return;
  }
  if (known?.phase !== 'done') await waitForLanding(session, step);
  const attempt = (known?.undoAttempts ?? 0) + 1;
  // The last attempt was cut off before its answer: nothing more is tried, but it may have taken.
  if (attempt > UNDO_BUDGET) return lookOnly(session, step);
  if (attempt > 1) await clock.sleep(RETRY_WAIT_MS * 2 ** attempt, stop.now);
  await ensureTimeForEffect(session.runtime, session.heartbeat);
  await session.append(session.event('undo.intended', { step: step.id, attempt }));
  await ensureTimeForEffect(session.runtime, session.heartbeat);
  const started = clock.now();
  const { ctx, within, end } = contextOf(session, step, 'back');
  try {
    const note = await within(undo(ctx));
    const seen = await within(see(ctx, undone ?? look));
    if (seen.is !== 'before') {
      throw new Problem('TARGET_FAILED', `undoing ${step.id} reported success, but it is not undone`, {
        why: seen.is === 'other' ? `found ${seen.saw}` : 'it is still in force',
      });
    }
    session.defer(session.event('undo.done', { step: step.id, ms: clock.now() - started, ...(note ? { note } : {}) }));
  } catch (error) {
    stopOn(session, error);
    session.unheard.set(step.id, clock.now());
    session.answered.delete(step.id);
    const failed = { step: step.id, error: recorded(error), ms: clock.now() - started };
    await session.append(session.event('undo.failed', failed));
  } finally {
    end();
  }
}

async function lookOnly(session: Session, step: PlannedStep): Promise<void> {
  const { undone, look } = STEPS[step.kind];
  const { ctx, within, end } = contextOf(session, step, 'back');
  try {
    const seen = await within(see(ctx, undone ?? look));
    if (seen.is === 'before') {
      return session.defer(session.event('undo.done', { step: step.id, ms: 0, note: 'found undone' }));
    }
    const error = { code: 'TARGET_FAILED', message: 'every attempt was cut off, and it is still in force' };
    session.defer(session.event('undo.failed', { step: step.id, error, ms: 0 }));
  } catch (error) {
    stopOn(session, error);
    session.defer(session.event('undo.failed', { step: step.id, error: recorded(error), ms: 0 }));
  } finally {
    end();
  }
}
