/** Which events are news, and how urgent. Pure. */
import type { CheckStatus, DeploymentKind, EventKind, JournalEvent } from '../core/events.ts';
import type { News, Severity } from '../notifiers/notifier.ts';

type Judged = readonly [News, Severity];

const PLAIN: Readonly<Partial<Record<EventKind, Judged>>> = {
  'deployment.opened': ['started', 'info'],
  'deployment.resumed': ['resumed', 'info'],
  'deployment.committed': ['succeeded', 'info'],
  // What was taken back is safe: it can wait until somebody is awake.
  'deployment.rolled-back': ['failed', 'warning'],
  'deployment.refused': ['refused', 'warning'],
  'deployment.paused': ['paused', 'warning'],
  'attention.raised': ['stuck', 'urgent'],
  'attention.resolved': ['settled', 'info'],
  'lease.taken-over': ['lock-taken', 'warning'],
  'lease.forced': ['lock-taken', 'warning'],
  'schema.mismatched': ['schema-mismatch', 'urgent'],
  'drift.found': ['drift', 'warning'],
  'alert.raised': ['alert', 'warning'],
  'trigger.fired': ['trigger-fired', 'urgent'],
};

/** All kinds that may be news, for asking a store. */
export const NEWS_KINDS: readonly EventKind[] = [...(Object.keys(PLAIN) as EventKind[]), 'gate.checked'];

const KINDS = new Set<string>(NEWS_KINDS);

export const mayBeNews = ({ kind }: JournalEvent): boolean => KINDS.has(kind);

export interface Around {
  /** Kind of the event's deployment, and whether a trigger began it. */
  readonly kind: DeploymentKind | null;
  readonly automatic: boolean;
  /** What the same check said the last time. */
  readonly before: CheckStatus | null;
}

/** Null: nothing that anybody must hear of. */
export function newsOf(event: JournalEvent, around: Around): Judged | null {
  if (event.kind === 'gate.checked') return checkNews(event.data.status, around.before);
  const judged = PLAIN[event.kind] ?? null;
  if (event.kind === 'deployment.committed' && around.kind === 'rollback') return ['rolled-back', 'warning'];
  // The trigger has said that it goes back; that it has gone back is said at its end.
  if (event.kind === 'deployment.opened' && around.automatic) return null;
  return judged;
}

const FAILING = new Set<CheckStatus>(['fail', 'error']);
const PASSING = new Set<CheckStatus>(['pass', 'warn']);

/** Only when it turns: a check that goes on failing was told of. */
function checkNews(now: CheckStatus, before: CheckStatus | null): Judged | null {
  const failed = before !== null && FAILING.has(before);
  if (FAILING.has(now) && !failed) return ['check-failing', 'warning'];
  if (PASSING.has(now) && failed) return ['check-recovered', 'info'];
  return null;
}
