/** The row of the deployment log that an event ends in: who deployed what, when, where, and how it went. Pure. */
import type { JournalEvent } from '../../core/events.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { LogRow } from '../../convex/component/_generated/component.ts';

const STATUS = {
  'deployment.committed': 'success',
  'deployment.rolled-back': 'rolled back',
  'deployment.refused': 'failed',
  'attention.raised': 'failed',
} as const satisfies Partial<Record<JournalEvent['kind'], LogRow['status']>>;

/** The kinds that a row needs to know of. */
export const LOG_KINDS = [
  'deployment.opened',
  'deployment.planned',
  'step.done',
  ...(Object.keys(STATUS) as (keyof typeof STATUS)[]),
] as const;

export function endsDeployment(event: Pick<JournalEvent, 'kind' | 'deployment'>): boolean {
  return event.deployment !== null && event.kind in STATUS;
}

/** What is known of each target's artefact so far: what was planned, then what was staged, then what was committed. */
function refsOf(events: readonly JournalEvent[]): readonly ReleaseRef[] {
  const refs: Record<string, ReleaseRef> = {};
  for (const { kind, data } of events) {
    if (kind === 'deployment.planned') Object.assign(refs, data.plan.refs);
    if (kind === 'deployment.committed') Object.assign(refs, data.release.refs);
    if (kind !== 'step.done') continue;
    const [step, target] = data.step.split(':');
    const receipt = data.receipt as Partial<ReleaseRef> | null;
    if (step === 'stage' && target !== undefined && typeof receipt?.id === 'string')
      refs[target] = receipt as ReleaseRef;
  }
  return Object.values(refs);
}

/** Ids are told apart by how the platforms' adapters write them. */
function idOf(refs: readonly ReleaseRef[], prefix: string): string | null {
  return refs.find(({ id }) => id.startsWith(prefix))?.id ?? null;
}

function schemaVersionOf(refs: readonly ReleaseRef[]): string | null {
  const version = refs.map((ref) => ref['schemaVersion']).find((one) => one !== undefined);
  return version === undefined ? null : String(version);
}

/**
 * @param events of one deployment, in their order, the last of them the one that ends it
 * @returns null where this journal does not know who opened it, and where it has committed before
 */
export function logRow(events: readonly JournalEvent[]): LogRow | null {
  const last = events.at(-1);
  const opened = events.find((event) => event.kind === 'deployment.opened');
  if (last === undefined || opened === undefined || !(last.kind in STATUS)) return null;
  // What is left over behind a commit does not undo it.
  if (last.kind === 'attention.raised' && events.some(({ kind }) => kind === 'deployment.committed')) return null;
  const refs = refsOf(events);
  return {
    timestamp: Date.parse(last.at),
    environment: last.environment,
    deployedBy: opened.actor,
    schemaVersion: schemaVersionOf(refs),
    convexDeploymentId: idOf(refs, 'cx-'),
    vercelDeploymentId: idOf(refs, 'dpl_'),
    commitSha: opened.data.source.commit,
    status: STATUS[last.kind as keyof typeof STATUS],
  };
}
