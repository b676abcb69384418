/** The state of one deployment as a fold over its events. Pure: a journal read twice gives the same state. */
import type { DeploymentKind, EventData, JournalEvent, RecordedError } from './events.ts';
import type { Plan } from './plan.ts';
import type { Json, Release, Source } from './release.ts';

export type Outcome = 'committed' | 'rolled-back' | 'refused' | 'stuck' | 'paused';
export type Direction = 'forward' | 'backward';

/**
 * `intended`: the effect may or may not have happened. `unknown`: the same, and an answer was lost.
 * `absent`: looked, and it had not happened. `undoing` is to undo what `intended` is to run.
 */
export type StepPhase = 'intended' | 'unknown' | 'absent' | 'done' | 'failed' | 'undoing' | 'undo-failed' | 'undone';

export interface StepState {
  readonly phase: StepPhase;
  readonly attempts: number;
  readonly undoAttempts: number;
  /** What was there before the step ran, as its intent recorded it. */
  readonly expected: Json;
  readonly receipt: Json;
  readonly error: RecordedError | null;
  readonly ms: number;
}

export interface DeploymentState {
  readonly id: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly source: Source;
  readonly actor: string;
  readonly openedAt: string;
  readonly format: number;
  readonly plan: Plan | null;
  readonly planHash: string | null;
  readonly direction: Direction;
  /** Why the direction was turned, or the deployment ended as it did. */
  readonly reason: string | null;
  readonly steps: ReadonlyMap<string, StepState>;
  readonly outcome: Outcome | null;
  readonly release: Release | null;
  readonly attention: string | null;
  /** Of a canary: the latest measurement, which judging goes on from. */
  readonly measured: EventData['analysis.measured'] | null;
  readonly closed: boolean;
  /** Requests that were answered, by id: whoever goes on with the deployment must not answer them again. */
  readonly answered: ReadonlySet<string>;
}

const NEW_STEP: StepState = {
  phase: 'intended',
  attempts: 0,
  undoAttempts: 0,
  expected: null,
  receipt: null,
  error: null,
  ms: 0,
};

function withStep(state: DeploymentState, id: string, change: Partial<StepState>): DeploymentState {
  const steps = new Map(state.steps);
  steps.set(id, { ...(steps.get(id) ?? NEW_STEP), ...change });
  return { ...state, steps };
}

function opened(event: JournalEvent & { kind: 'deployment.opened' }): DeploymentState {
  return {
    id: event.deployment ?? '',
    environment: event.environment,
    kind: event.data.kind,
    source: event.data.source,
    actor: event.actor,
    openedAt: event.at,
    format: event.data.format,
    plan: null,
    planHash: null,
    direction: 'forward',
    reason: event.data.reason ?? null,
    steps: new Map(),
    outcome: null,
    release: null,
    attention: null,
    measured: null,
    closed: false,
    answered: new Set(),
  };
}

/** After a person looked, every budget begins again; behind the commit what failed is tried again, for there is no way back. */
function anew(step: StepState, outcome: Outcome | null): StepState {
  const failedBehindCommit = outcome === 'committed' && (step.phase === 'failed' || step.phase === 'absent');
  return failedBehindCommit ? { ...step, phase: 'absent', attempts: 0, undoAttempts: 0 } : { ...step, undoAttempts: 0 };
}

type Handlers = {
  readonly [K in keyof EventData]?: (state: DeploymentState, data: EventData[K]) => DeploymentState;
};

const HANDLERS: Handlers = {
  'deployment.planned': (state, { plan, hash }) => ({ ...state, plan, planHash: hash }),
  'step.intended': (state, { step, attempt, expected }) =>
    withStep(state, step, { phase: 'intended', attempts: attempt, expected }),
  'step.done': (state, { step, receipt, ms }) => withStep(state, step, { phase: 'done', receipt, ms }),
  'step.failed': (state, { step, error, ms }) => withStep(state, step, { phase: 'failed', error, ms }),
  'step.unknown': (state, { step, error }) => withStep(state, step, { phase: 'unknown', error }),
  'step.absent': (state, { step }) => withStep(state, step, { phase: 'absent' }),
  'undo.intended': (state, { step, attempt }) => withStep(state, step, { phase: 'undoing', undoAttempts: attempt }),
  'undo.done': (state, { step }) => withStep(state, step, { phase: 'undone' }),
  'undo.failed': (state, { step, error }) => withStep(state, step, { phase: 'undo-failed', error }),
  'direction.decided': (state, { direction, reason }) => ({ ...state, direction, reason }),
  'deployment.committed': (state, { release }) => ({ ...state, outcome: 'committed', release }),
  'deployment.rolled-back': (state, { reason }) => ({ ...state, outcome: 'rolled-back', reason }),
  'deployment.refused': (state, { reason }) => ({ ...state, outcome: 'refused', reason }),
  'deployment.paused': (state, { reason }) => ({ ...state, outcome: 'paused', reason }),
  'deployment.resumed': (state) => ({ ...state, outcome: null }),
  'attention.raised': (state, { reason }) => ({
    ...state,
    attention: reason,
    outcome: state.outcome === 'committed' ? 'committed' : 'stuck',
  }),
  'attention.resolved': (state) => ({
    ...state,
    attention: null,
    outcome: state.outcome === 'stuck' ? null : state.outcome,
    closed: false,
    steps: new Map([...state.steps].map(([id, step]) => [id, anew(step, state.outcome)])),
  }),
  // A person's word that all is well ends a deployment that had no outcome of its own.
  'deployment.closed': (state, { outcome }) => ({ ...state, closed: true, outcome: state.outcome ?? outcome }),
  'analysis.measured': (state, measured) => ({ ...state, measured }),
  'request.accepted': (state, { id }) => ({ ...state, answered: new Set([...state.answered, id]) }),
};

/** Applies one event; events that do not concern the state leave it as it is. */
export function applyEvent(state: DeploymentState | null, event: JournalEvent): DeploymentState {
  if (event.kind === 'deployment.opened') return opened(event);
  if (state === null) throw new Error(`deployment ${event.deployment} starts with ${event.kind}`);
  const handler = HANDLERS[event.kind] as ((state: DeploymentState, data: unknown) => DeploymentState) | undefined;
  return handler ? handler(state, event.data) : state;
}

/** Folds the events of one deployment, oldest first; null without events. */
export function foldDeployment(events: readonly JournalEvent[]): DeploymentState | null {
  return events.reduce<DeploymentState | null>(applyEvent, null);
}
