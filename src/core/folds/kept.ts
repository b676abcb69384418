/** The rows of what is kept to go back to: releases and snapshots. */
import type { JournalEvent } from '../events.ts';
import type { Read } from './read.ts';
import type { ReleaseRow, SnapshotRow } from '../views.ts';

export function snapshotRow(event: JournalEvent, read: Read): SnapshotRow | null {
  const known = (id: string) => read('snapshots', id) as SnapshotRow | undefined;
  const fresh = (id: string, target: string, facts: unknown): SnapshotRow => ({
    id,
    environment: event.environment,
    target,
    deployment: event.deployment,
    at: event.at,
    facts,
    verifiedAt: null,
    restoredAt: null,
    prunedAt: null,
  });
  switch (event.kind) {
    case 'step.done': {
      const [kind, target = ''] = event.data.step.split(':');
      const receipt = event.data.receipt as { id?: string } | null;
      return kind === 'snapshot' && receipt?.id ? (known(receipt.id) ?? fresh(receipt.id, target, receipt)) : null;
    }
    case 'snapshot.created':
      return fresh(event.data.snapshot, event.data.target, event.data.facts);
    case 'snapshot.verified':
    case 'snapshot.restored':
    case 'snapshot.pruned': {
      const row = known(event.data.snapshot);
      const field = {
        'snapshot.verified': 'verifiedAt',
        'snapshot.restored': 'restoredAt',
        'snapshot.pruned': 'prunedAt',
      }[event.kind];
      return row ? { ...row, [field]: event.at } : null;
    }
    default:
      return null;
  }
}

export function releaseRow(event: JournalEvent, read: Read): ReleaseRow | null {
  if (event.kind === 'deployment.committed') {
    const { release } = event.data;
    // Going back to a release does not make it another one: its first commit is its record.
    return read('releases', release.id) ? null : { ...release, at: event.at, actor: event.actor, prunedAt: null };
  }
  if (event.kind !== 'release.pruned') return null;
  const row = read('releases', event.data.release) as ReleaseRow | undefined;
  return row ? { ...row, prunedAt: event.at } : null;
}
