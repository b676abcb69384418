/** One line on what happened, in the words of the record. */
import { describeEvent } from '../core/event-words.ts';
import type { JournalEvent } from '../core/events.ts';
import type { DeploymentState } from '../core/state.ts';

export function textOf(event: JournalEvent, state: DeploymentState | null): string {
  switch (event.kind) {
    case 'deployment.opened':
      return event.data.reason ?? `begun by ${event.actor}`;
    case 'deployment.resumed':
      return `resumed: ${event.data.reason}`;
    case 'deployment.committed':
      return committed(event.data.release.id, event.data.unchanged === true, state);
    case 'deployment.rolled-back':
      return `rolled back: ${event.data.reason}`;
    case 'deployment.refused':
      return `refused, nothing changed: ${event.data.reason}`;
    case 'deployment.paused':
      return `paused: ${event.data.reason}`;
    case 'attention.raised':
      return `needs a person: ${event.data.reason}${list(event.data.remaining)}`;
    case 'attention.resolved':
      return `settled by ${event.actor}: ${event.data.reason}`;
    case 'lease.taken-over':
      return `${event.actor} took the lock over from ${event.data.from}, who was gone`;
    case 'lease.forced':
      return `${event.actor} took the lock from ${event.data.from}: ${event.data.reason}`;
    case 'drift.found':
      return drifted(event.data);
    case 'gate.checked':
      return `${event.data.check}: ${event.data.summary}`;
    default:
      return describeEvent(event)?.text ?? event.kind;
  }
}

function committed(release: string, unchanged: boolean, state: DeploymentState | null): string {
  if (unchanged) return `${release} was live already; nothing changed`;
  const reason = state?.kind === 'deploy' || !state?.reason ? '' : `: ${state.reason}`;
  return `${release} is live${reason}`;
}

function drifted({ target, expected, saw, accepted }: (JournalEvent & { kind: 'drift.found' })['data']): string {
  const what = `${target} runs ${saw ?? 'nothing'}, the record says ${expected ?? 'nothing'}`;
  return accepted ? `${what}; accepted` : what;
}

const list = (remaining: readonly string[]): string =>
  remaining.length === 0 ? '' : `; left: ${remaining.join(', ')}`;
