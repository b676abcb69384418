/** The row of a deployment: who, what, when, and how it ended. */
import type { EventKind, JournalEvent } from '../events.ts';
import type { Outcome } from '../state.ts';
import type { DeploymentRow } from '../views.ts';

type Of<K extends EventKind> = JournalEvent & { readonly kind: K };

export function openedRow(event: Of<'deployment.opened'>): DeploymentRow {
  const { kind, release, source, strategy, reason, cause } = event.data;
  return {
    id: event.deployment ?? '',
    environment: event.environment,
    kind,
    release,
    source,
    strategy,
    actor: event.actor,
    openedAt: event.at,
    endedAt: null,
    outcome: null,
    reason: reason ?? null,
    cause: cause ?? null,
    rollbackClass: null,
    stepMs: {},
  };
}

export function deploymentChange(event: JournalEvent, row: DeploymentRow): Partial<DeploymentRow> | null {
  const ended = (outcome: Outcome, reason = row.reason) => ({ outcome, reason, endedAt: event.at });
  switch (event.kind) {
    case 'deployment.planned':
      return { rollbackClass: event.data.plan.rollbackClass };
    case 'step.done': {
      const kind = event.data.step.split(':')[0] ?? '';
      return { stepMs: { ...row.stepMs, [kind]: Math.round((row.stepMs[kind] ?? 0) + event.data.ms) } };
    }
    case 'deployment.committed':
      return ended('committed');
    case 'deployment.rolled-back':
    case 'deployment.refused':
      return ended(event.kind === 'deployment.refused' ? 'refused' : 'rolled-back', event.data.reason);
    case 'deployment.paused':
      return ended('paused', event.data.reason);
    case 'attention.raised':
      return row.outcome === 'committed' ? { reason: event.data.reason } : ended('stuck', event.data.reason);
    case 'deployment.resumed':
    case 'attention.resolved':
      return row.outcome === 'committed' ? null : { outcome: null, endedAt: null };
    case 'deployment.closed':
      // Only a person's `accept` closes a deployment that has no outcome of its own.
      return row.outcome === null ? ended(event.data.outcome) : null;
    default:
      return null;
  }
}
