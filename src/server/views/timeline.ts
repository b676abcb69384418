/** The steps of a deployment with their times: those of the plan, whether or not they ran. */
import type { JournalEvent, RecordedError } from '../../core/events.ts';
import { describeEvent } from '../../core/event-words.ts';
import type { PlannedStep } from '../../core/plan.ts';
import type { DeploymentState } from '../../core/state.ts';
import type { TimelineStep } from '../api/deployments.ts';

interface Times {
  startedAt: string | null;
  endedAt: string | null;
  ms: number | null;
  note: string | null;
  error: RecordedError | null;
  undo: { at: string; ms: number | null; note: string | null } | null;
}

const blank = (): Times => ({ startedAt: null, endedAt: null, ms: null, note: null, error: null, undo: null });

/** What the words of the event say behind the target's name. */
function noteOf(event: JournalEvent, target: string | null): string | null {
  const text = describeEvent(event)?.text ?? '';
  return (target !== null && text.startsWith(target) ? text.slice(target.length).trim() : text) || null;
}

function apply(times: Times, event: JournalEvent, target: string | null): void {
  switch (event.kind) {
    case 'step.intended':
      times.startedAt ??= event.at;
      times.endedAt = null;
      break;
    case 'step.done':
      Object.assign(times, { endedAt: event.at, ms: event.data.ms, note: noteOf(event, target), error: null });
      times.startedAt ??= new Date(Date.parse(event.at) - event.data.ms).toISOString();
      break;
    case 'step.failed':
      Object.assign(times, { endedAt: event.at, ms: event.data.ms, error: event.data.error });
      break;
    case 'step.unknown':
      times.error = event.data.error;
      break;
    case 'undo.intended':
      times.undo = { at: event.at, ms: null, note: null };
      break;
    case 'undo.done':
      times.undo = { at: event.at, ms: event.data.ms, note: event.data.note ?? null };
      break;
    case 'undo.failed':
      Object.assign(times, { undo: { at: event.at, ms: event.data.ms, note: null }, error: event.data.error });
      break;
    default:
  }
}

export function timelineOf(state: DeploymentState, events: readonly JournalEvent[]): TimelineStep[] {
  const steps = state.plan?.steps ?? [];
  const planned = new Map(steps.map((step) => [step.id, step]));
  const times = new Map<string, Times>();
  for (const event of events) {
    const id = (event.data as { step?: unknown }).step;
    const step = typeof id === 'string' ? planned.get(id) : undefined;
    if (!step) continue;
    const known = times.get(step.id) ?? blank();
    times.set(step.id, known);
    apply(known, event, step.target);
  }
  return steps.map((step) => stepOf(step, state, times.get(step.id) ?? blank()));
}

function stepOf(step: PlannedStep, state: DeploymentState, times: Times): TimelineStep {
  const known = state.steps.get(step.id);
  const { id, kind, target, title, group, after } = step;
  const { error, ...rest } = times;
  return {
    id,
    kind,
    target,
    title,
    group,
    after,
    phase: known?.phase ?? 'planned',
    attempts: known?.attempts ?? 0,
    ...rest,
    error: error && { code: error.code, message: error.message, details: [...(error.details ?? [])] },
  };
}
