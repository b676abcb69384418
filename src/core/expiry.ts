/** Until when snapshots are kept, and which of those that have expired may go. */
import type { ProtectedData, Snapshot } from '../databases/database.ts';
import type { Runtime } from './runtime.ts';
import { readEnvironmentRow } from './status.ts';
import type { ReleaseRow, SnapshotRow } from './views.ts';

type Looking = Pick<Runtime, 'store' | 'clock'>;

/** With the day until which it is kept, where the configuration names a time: decided when it is taken, and on record. */
export function withExpiry(
  snapshot: Snapshot,
  { expireMs }: Pick<ProtectedData, 'expireMs'>,
  { clock }: Pick<Runtime, 'clock'>,
): Snapshot {
  if (expireMs === undefined) return snapshot;
  return { ...snapshot, expiresAt: new Date(clock.wall().getTime() + expireMs).toISOString() };
}

/** ISO time; null for a snapshot that is kept until somebody prunes it. */
export function expiresAt({ facts }: Pick<SnapshotRow, 'facts'>): string | null {
  return (facts as Partial<Snapshot> | null)?.expiresAt ?? null;
}

/** Snapshots that nobody may prune: those taken before the release that is live, the way back from it. */
export async function neededSnapshots({ store }: Looking, environment: string): Promise<ReadonlySet<string>> {
  const live = (await readEnvironmentRow(store, environment))?.live;
  if (!live) return new Set();
  const [found] = await store.view('releases', { key: live.release, environment, limit: 1 });
  const { snapshots = {} } = (found?.row ?? {}) as Partial<ReleaseRow>;
  return new Set(Object.values(snapshots));
}

/** Those of a target whose time is over, oldest first; never one that is needed, nor the newest. */
export async function expiredSnapshots(
  looking: Looking,
  environment: string,
  target: string,
): Promise<readonly SnapshotRow[]> {
  const rows = (await looking.store.view('snapshots', { environment, limit: 500 })).map(
    (one) => one.row as SnapshotRow,
  );
  const now = looking.clock.wall().toISOString();
  const [, ...older] = rows.filter((row) => row.target === target && row.prunedAt === null);
  const over = older.filter((row) => {
    const end = expiresAt(row);
    return end !== null && end <= now;
  });
  if (over.length === 0) return [];
  const needed = await neededSnapshots(looking, environment);
  return over.filter(({ id }) => !needed.has(id)).toReversed();
}
