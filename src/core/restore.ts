/** Putting a snapshot back under the release that is live: a deployment that moves data only. */
import { newDeploymentId } from './ids.ts';
import { begin } from './begin.ts';
import { Problem } from './errors.ts';
import { execute } from './execute.ts';
import { lookingContext, observe } from './observe.ts';
import { environmentRow, recoverOpen, requireOpenEnvironment, withSession } from './open.ts';
import { planDeployment } from './plan.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { RollbackResult } from './rollback.ts';
import type { Session } from './session.ts';
import type { ReleaseRow, SnapshotRow } from './views.ts';

async function requireConsent(session: Session, row: SnapshotRow, loseWrites: number): Promise<number> {
  const { data } = session.environment.targets.get(row.target) ?? {};
  const ctx = lookingContext(session.runtime, session.environment.name, session.fence);
  const snapshot = await data?.find(ctx, row.id);
  if (!data || !snapshot)
    throw new Problem('SNAPSHOT_UNKNOWN', `Snapshot ${row.id} is gone`, { next: 'belay snapshot list' });
  const writes = await data.writesSince(ctx, snapshot);
  if (writes.count > loseWrites) {
    throw new Problem('CONSENT_NEEDED', `Restoring ${row.id} loses what was written since`, {
      why: `${writes.count} ${writes.unit} since then`,
      next: `belay snapshot restore ${row.id} --lose-writes ${writes.count}`,
    });
  }
  return writes.count;
}

export function restoreSnapshot(
  runtime: Runtime,
  environment: Environment,
  row: SnapshotRow,
  ask: { loseWrites: number; reason: string | null },
): Promise<RollbackResult & { lostWrites: number }> {
  return withSession(runtime, environment, async (session) => {
    await recoverOpen(session);
    const current = await environmentRow(runtime, environment.name);
    requireOpenEnvironment(current, environment.name);
    if (!current?.live)
      throw new Problem('NOTHING_TO_ROLL_BACK', `Nothing is live on ${environment.name}`, { next: 'belay deploy' });
    const lostWrites = await requireConsent(session, row, ask.loseWrites);
    const observed = await observe(runtime, environment, current);
    const { release, source } = current.live;
    const [known] = await runtime.store.view('releases', { environment: environment.name, key: release, limit: 1 });
    const configHash = (known?.row as ReleaseRow | undefined)?.configHash ?? environment.configHash;
    const plan = planDeployment({
      app: environment.app,
      deployment: newDeploymentId(runtime),
      environment: environment.name,
      kind: 'restore',
      strategy: 'recreate',
      soakMs: 0,
      release: { id: release, source, configHash },
      targets: observed.targets.filter((target) => target.name === row.target),
      refs: Object.fromEntries(observed.targets.flatMap((target) => (target.live ? [[target.name, target.live]] : []))),
      restores: { [row.target]: row.id },
      checks: environment.checks.length,
      limits: environment.limits,
      expectedMs: null,
    });
    begin(session, plan, { reason: ask.reason });
    const outcome = await execute(session);
    if (outcome === 'committed') {
      await session.append(session.event('snapshot.restored', { snapshot: row.id, target: row.target, lostWrites }));
    }
    return {
      deployment: plan.deployment,
      release: plan.release.id,
      outcome,
      changed: outcome === 'committed',
      lostWrites,
    };
  });
}
