/** Snapshots of protected data, newest first. */
import { expiresAt } from '../../core/expiry.ts';
import type { DeploymentRow, SnapshotRow } from '../../core/views.ts';
import type { Store } from '../../stores/store.ts';
import type { Snapshot, Snapshots } from '../api/record.ts';

const MOST = 500;

function bytesOf(facts: unknown): number | null {
  const bytes: unknown = typeof facts === 'object' && facts !== null ? Reflect.get(facts, 'bytes') : null;
  return typeof bytes === 'number' ? bytes : null;
}

export async function readSnapshots(store: Store, environment: string | undefined): Promise<Snapshots> {
  const found = await store.view('snapshots', { limit: MOST, ...(environment ? { environment } : {}) });
  const rows = found.map(({ row }) => row as SnapshotRow);
  const releases = new Map<string, string>();
  const wanted = new Map(rows.flatMap((row) => (row.deployment === null ? [] : [[row.deployment, row.environment]])));
  await Promise.all(
    [...wanted].map(async ([key, name]) => {
      const [one] = await store.view('deployments', { environment: name, key, limit: 1 });
      if (one) releases.set(key, (one.row as DeploymentRow).release);
    }),
  );
  const snapshots = rows.map(({ facts, ...row }): Snapshot => ({
    ...row,
    release: releases.get(row.deployment ?? '') ?? null,
    bytes: bytesOf(facts),
    expiresAt: expiresAt({ facts }),
  }));
  return { snapshots };
}
