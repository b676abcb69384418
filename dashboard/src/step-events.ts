/** A deployment with one more event of its steps or its analysis: drawn before the server is asked again. Pure. */
import type { DeploymentDetail, Measurement, TimelineStep } from '../../src/server/api/deployments.ts';
import type { FeedEvent } from '../../src/server/api/feed.ts';

interface StepData {
  readonly step?: unknown;
  readonly ms?: unknown;
}

/** Unchanged when the event is known already or concerns neither. */
export function withEvent(detail: DeploymentDetail, event: FeedEvent): DeploymentDetail {
  if (event.n <= detail.lastEvent) return detail;
  if (event.kind === 'analysis.measured' && Array.isArray(event.data)) {
    const measurements = [...detail.measurements, ...(event.data as readonly Measurement[])];
    return { ...detail, measurements, lastEvent: event.n };
  }
  const { step, ms } = (event.data ?? {}) as StepData;
  if (typeof step !== 'string') return detail;
  const taken = typeof ms === 'number' ? ms : null;
  const steps = detail.steps.map((known) => (known.id === step ? { ...known, ...changeOf(event, taken) } : known));
  return { ...detail, steps, lastEvent: event.n };
}

function changeOf(event: FeedEvent, ms: number | null): Partial<TimelineStep> {
  switch (event.kind) {
    case 'step.intended':
      return { phase: 'intended', startedAt: event.at, endedAt: null };
    case 'step.done':
      return { phase: 'done', endedAt: event.at, ms };
    case 'step.failed':
      return { phase: 'failed', endedAt: event.at, ms };
    case 'step.unknown':
      return { phase: 'unknown' };
    case 'undo.intended':
      return { phase: 'undoing', undo: { at: event.at, ms: null, note: null } };
    case 'undo.done':
      return { phase: 'undone', undo: { at: event.at, ms, note: null } };
    case 'undo.failed':
      return { phase: 'undo-failed' };
    default:
      return {};
  }
}
