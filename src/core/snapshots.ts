/** Snapshots by hand: create, verify by a test restore, prune. Restoring is a deployment of its own (`restore.ts`). */
import type { Snapshot } from '../databases/database.ts';
import { Problem } from './errors.ts';
import { expiredSnapshots, neededSnapshots, withExpiry } from './expiry.ts';
import { lookingContext } from './observe.ts';
import { withSession } from './open.ts';
import type { Json } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { SnapshotRow } from './views.ts';

export async function listSnapshots(
  runtime: Pick<Runtime, 'store'>,
  environment: string,
): Promise<readonly SnapshotRow[]> {
  const rows = await runtime.store.view('snapshots', { environment, limit: 500 });
  return rows.map((row) => row.row as SnapshotRow);
}

/** @throws Problem SNAPSHOT_UNKNOWN */
export async function findSnapshot(
  runtime: Pick<Runtime, 'store'>,
  environment: string,
  id: string,
): Promise<SnapshotRow> {
  const rows = await listSnapshots(runtime, environment);
  const row = rows.find((one) => one.id === id) ?? rows.find((one) => one.id.startsWith(id));
  if (row && row.prunedAt === null) return row;
  throw new Problem('SNAPSHOT_UNKNOWN', row ? `Snapshot ${row.id} was pruned` : `There is no snapshot ${id}`, {
    next: 'belay snapshot list',
  });
}

function dataOf(environment: Environment, target: string) {
  const { data } = environment.targets.get(target) ?? {};
  if (data) return data;
  const protecting = [...environment.targets].filter(([, one]) => one.data).map(([name]) => name);
  throw new Problem('USAGE', `${target} has no protected data`, {
    why:
      protecting.length > 0
        ? `targets with data: ${protecting.join(', ')}`
        : 'no target of this environment declares `data`',
  });
}

export function createSnapshot(runtime: Runtime, environment: Environment, target: string): Promise<Snapshot> {
  const data = dataOf(environment, target);
  return withSession(runtime, environment, async (session) => {
    const id = `s-${runtime.newId().slice(-8)}-${target}`;
    const taken = await data.snapshot(lookingContext(runtime, environment.name, session.fence), id);
    const snapshot = withExpiry(taken, data, runtime);
    const facts = snapshot as unknown as Json;
    await session.append(session.event('snapshot.created', { snapshot: id, target, facts }, null));
    return snapshot;
  });
}

/** A test restore to the side; the result is part of the record. */
export function verifySnapshot(runtime: Runtime, environment: Environment, row: SnapshotRow): Promise<Snapshot> {
  const data = dataOf(environment, row.target);
  return withSession(runtime, environment, async (session) => {
    const ctx = lookingContext(runtime, environment.name, session.fence);
    const snapshot = await data.find(ctx, row.id);
    if (!snapshot) throw new Problem('SNAPSHOT_UNKNOWN', `Snapshot ${row.id} is gone`, { next: 'belay snapshot list' });
    const fingerprint = await data.verify(ctx, snapshot);
    const facts = fingerprint as unknown as Json;
    await session.append(session.event('snapshot.verified', { snapshot: row.id, target: row.target, facts }, null));
    return snapshot;
  });
}

/**
 * Removes all but the newest `keep` snapshots of each target, and those that have expired, but for the newest; never the
 * one taken before the live release.
 */
export function pruneSnapshots(runtime: Runtime, environment: Environment, keep: number): Promise<readonly string[]> {
  return withSession(runtime, environment, async (session) => {
    const needed = await neededSnapshots(runtime, environment.name);
    const rows = (await listSnapshots(runtime, environment.name)).filter((row) => row.prunedAt === null);
    const removed: string[] = [];
    for (const [target, { data }] of environment.targets) {
      const surplus = rows.filter((row) => row.target === target).slice(Math.max(keep, 1));
      const expired = await expiredSnapshots(runtime, environment.name, target);
      const old = new Map([...surplus, ...expired].map((row) => [row.id, row]));
      for (const row of data ? old.values() : []) {
        if (needed.has(row.id)) continue;
        await data?.remove(lookingContext(runtime, environment.name, session.fence), row.id);
        await session.append(session.event('snapshot.pruned', { snapshot: row.id, target }, null));
        removed.push(row.id);
      }
    }
    return removed;
  });
}
