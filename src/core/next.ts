/**
 * The decisions of the transaction, and nothing else: from the plan and what the journal says to the
 * next action. Deploying, undoing and recovering after a crash all go through here, so the way back is
 * the code that every failed deployment exercises.
 */
import type { PlannedStep, StepKind } from './plan.ts';
import type { DeploymentState, Outcome, StepState } from './state.ts';

export type Action =
  | { readonly do: 'run'; readonly steps: readonly PlannedStep[] }
  /** Find out whether an effect whose answer was lost has happened. */
  | { readonly do: 'look'; readonly steps: readonly PlannedStep[] }
  | { readonly do: 'turn-back'; readonly reason: string }
  | { readonly do: 'undo'; readonly step: PlannedStep }
  | { readonly do: 'commit' }
  /** Everything is undone: read it back, then record it. */
  | { readonly do: 'roll-back' }
  | { readonly do: 'attend'; readonly reason: string }
  | { readonly do: 'close' }
  | { readonly do: 'end'; readonly outcome: Outcome };

/** How often a step is tried whose effect was looked for and not found. */
export const RUN_BUDGET = 3;
/** How often an undo is tried before a person must look. */
export const UNDO_BUDGET = 3;

/** Steps that change nothing: they need no undo, and nothing is lost when they are cut off. */
const OBSERVING: ReadonlySet<StepKind> = new Set(['check', 'judge', 'soak', 'verify']);

export function isObserving(step: PlannedStep): boolean {
  return OBSERVING.has(step.kind);
}

/** Behind the commit these leave users without service when they fail; the others only leave litter. */
const ESSENTIAL: ReadonlySet<StepKind> = new Set(['resume']);

function isOpen(step: StepState | undefined): boolean {
  return step?.phase === 'intended' || step?.phase === 'unknown';
}

/** Going forward again, by a person's word, a step whose undoing failed may be in force or not. */
function isUnclear(step: StepState | undefined): boolean {
  return isOpen(step) || step?.phase === 'undoing' || step?.phase === 'undo-failed';
}

/** A step that only observes was cut off by a person, not by a target: it may always be done again. */
function isSpent(planned: PlannedStep, step: StepState | undefined): boolean {
  return step?.phase === 'absent' && step.attempts >= RUN_BUDGET && !isObserving(planned);
}

function mayRun(planned: PlannedStep, step: StepState | undefined): boolean {
  return step === undefined || (step.phase === 'absent' && !isSpent(planned, step));
}

function failureOf(planned: PlannedStep, step: StepState | undefined): string | null {
  if (step?.phase === 'failed') return `${planned.id}: ${step.error?.message ?? 'failed'}`;
  if (step && isSpent(planned, step)) {
    return `${planned.id}: not there after ${step.attempts} attempts${step.error ? ` (${step.error.message})` : ''}`;
  }
  return null;
}

/** The first group that has something left to do. */
function firstGroup(state: DeploymentState, steps: readonly PlannedStep[]): readonly PlannedStep[] {
  const waiting = steps.find((step) => state.steps.get(step.id)?.phase !== 'done');
  return waiting ? steps.filter((step) => step.group === waiting.group) : [];
}

function forward(state: DeploymentState, steps: readonly PlannedStep[]): Action {
  for (const step of steps) {
    const failure = failureOf(step, state.steps.get(step.id));
    if (failure) return { do: 'turn-back', reason: failure };
  }
  const group = firstGroup(state, steps);
  if (group.length === 0) return { do: 'commit' };
  const open = group.filter((step) => isUnclear(state.steps.get(step.id)) && !isObserving(step));
  if (open.length > 0) return { do: 'look', steps: open };
  const ready = group.filter((step) => mayRun(step, state.steps.get(step.id)) || isOpen(state.steps.get(step.id)));
  if (ready.length === 0) return { do: 'attend', reason: `${group[0]?.id} cannot be run any more` };
  return { do: 'run', steps: ready };
}

function backward(state: DeploymentState, steps: readonly PlannedStep[]): Action {
  for (const step of steps.toReversed()) {
    const current = state.steps.get(step.id);
    // Without an intent there was no effect.
    if (current === undefined || current.attempts === 0) continue;
    if (current.phase === 'undone' || isObserving(step)) continue;
    if (current.phase === 'undo-failed' && current.undoAttempts >= UNDO_BUDGET) {
      const why = current.error?.message ?? 'no reason recorded';
      return { do: 'attend', reason: `cannot undo ${step.id} after ${current.undoAttempts} attempts: ${why}` };
    }
    return { do: 'undo', step };
  }
  return { do: 'roll-back' };
}

function behindCommit(state: DeploymentState, steps: readonly PlannedStep[]): Action {
  for (const step of steps) {
    const current = state.steps.get(step.id);
    if (current?.phase === 'done') continue;
    const again = ESSENTIAL.has(step.kind) && current?.phase === 'failed' && current.attempts < RUN_BUDGET;
    const failure = again ? null : failureOf(step, current);
    if (failure === null) return isOpen(current) ? { do: 'look', steps: [step] } : { do: 'run', steps: [step] };
    if (ESSENTIAL.has(step.kind) && state.attention === null) return { do: 'attend', reason: failure };
  }
  return { do: 'close' };
}

/**
 * The next action of a deployment. Called only when nothing of this process is under way: a step
 * that is still `intended` then is one whose answer was never heard.
 */
export function next(state: DeploymentState): Action {
  if (state.closed && state.outcome) return { do: 'end', outcome: state.outcome };
  if (state.outcome === 'committed') {
    return state.attention === null || state.plan === null
      ? behindCommit(state, state.plan?.steps.filter((step) => step.after) ?? [])
      : { do: 'end', outcome: 'stuck' };
  }
  if (state.outcome === 'paused' || state.outcome === 'stuck') return { do: 'end', outcome: state.outcome };
  if (state.outcome !== null || state.plan === null) return { do: 'close' };
  const steps = state.plan.steps.filter((step) => !step.after);
  return state.direction === 'forward' ? forward(state, steps) : backward(state, steps);
}
