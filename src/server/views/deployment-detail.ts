/** One deployment whole, from its events. */
import type { JournalEvent } from '../../core/events.ts';
import type { LiveRefs } from '../../core/release.ts';
import type { Role } from '../api/vocabulary.ts';
import type { DeploymentDetail } from '../api/deployments.ts';
import { summaryOf } from './deployment-summary.ts';
import { momentsOf } from './event.ts';
import { measurementsOf } from './measurement.ts';
import { mayAsk, nextOf, type Standing } from './next-step.ts';
import { timelineOf } from './timeline.ts';

export interface DetailFacts extends Standing {
  readonly events: readonly JournalEvent[];
  readonly repository: string | null;
  /** Commit of what was live before it. */
  readonly beforeCommit: string | undefined;
  readonly live: string;
  readonly role: Role;
}

const idsOf = (refs: LiveRefs): Record<string, string | null> =>
  Object.fromEntries(Object.entries(refs).map(([target, ref]) => [target, ref?.id ?? null]));

/** What was live when it had ended; null before that. */
function afterOf(events: readonly JournalEvent[]): Record<string, string | null> | null {
  const end = events.findLast((one) => one.kind === 'deployment.committed' || one.kind === 'deployment.rolled-back');
  return end ? idsOf(end.data.live) : null;
}

/** By target, those that this deployment has taken. */
function snapshotsOf({ state }: Standing): Record<string, string> {
  const taken = [...state.steps].flatMap(([step, { receipt }]) => {
    const [kind, target] = step.split(':');
    const id = receipt !== null && typeof receipt === 'object' && 'id' in receipt ? receipt.id : null;
    return kind === 'snapshot' && target && typeof id === 'string' ? [[target, id] as const] : [];
  });
  return Object.fromEntries(taken);
}

export function detailOf(facts: DetailFacts): DeploymentDetail {
  const { row, state, events } = facts;
  const { plan } = state;
  return {
    summary: summaryOf(row, facts.repository, facts.beforeCommit),
    direction: state.direction,
    steps: timelineOf(state, events),
    gates: events.flatMap((event) =>
      event.kind === 'gate.checked' ? [{ ...event.data, findings: [...event.data.findings], at: event.at }] : [],
    ),
    measurements: events.flatMap((event) =>
      event.kind === 'analysis.measured' ? measurementsOf(event.at, event.data) : [],
    ),
    moments: momentsOf(events),
    schema: plan?.schema ?? null,
    rollbackReason: plan?.rollbackReason ?? null,
    before: idsOf(plan?.before ?? {}),
    after: afterOf(events),
    snapshots: snapshotsOf(facts),
    expectedMs: plan?.expectedMs ?? null,
    lastEvent: events.at(-1)?.n ?? 0,
    live: facts.live,
    next: nextOf(row),
    may: mayAsk(facts, facts.role),
  };
}
