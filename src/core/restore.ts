/** Putting a snapshot back under the release that is live: a deployment that moves data only. */
import type { TargetContext } from '../targets/target.ts';
import { behindCommit } from './behind-commit.ts';
import { newDeploymentId } from './ids.ts';
import { begin } from './begin.ts';
import { Problem } from './errors.ts';
import { execute } from './execute.ts';
import { lookWithin, observe } from './observe.ts';
import { environmentRow, recoverOpen, requireOpenEnvironment, withSession } from './open.ts';
import { planDeployment } from './plan.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { RollbackResult } from './rollback.ts';
import type { Session } from './session.ts';
import { unheldData } from './unheld.ts';
import type { ReleaseRow, SnapshotRow } from './views.ts';

async function requireConsent(session: Session, row: SnapshotRow, loseWrites: number): Promise<number> {
  const { data } = session.environment.targets.get(row.target) ?? {};
  const { runtime, environment, fence } = session;
  const snapshot = await lookWithin(runtime, environment, row.target, async (ctx) => data?.find(ctx, row.id), {
    fence,
    at: 'data',
  });
  if (!data || !snapshot)
    throw new Problem('SNAPSHOT_UNKNOWN', `Snapshot ${row.id} is gone`, { next: 'belay snapshot list' });
  const count = (ctx: TargetContext) => data.writesSince(ctx, snapshot);
  const writes = await lookWithin(runtime, environment, row.target, count, { fence, at: 'data' });
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
      canary: null,
      schema: null,
      release: { id: release, source, configHash },
      targets: observed.targets.filter((target) => target.name === row.target),
      refs: Object.fromEntries(observed.targets.flatMap((target) => (target.live ? [[target.name, target.live]] : []))),
      restores: { [row.target]: row.id },
      checks: environment.checks.length,
      limits: environment.limits,
      expectedMs: null,
    });
    const unheld = unheldData(plan, observed.targets);
    if (unheld) throw unheld;
    begin(session, plan, { reason: ask.reason });
    const restored = { snapshot: row.id, target: row.target, lostWrites };
    session.alongCommit.push(() => session.event('snapshot.restored', restored));
    const outcome = (await behindCommit(session, () => execute(session))) ?? 'committed';
    return {
      deployment: plan.deployment,
      release: plan.release.id,
      outcome,
      changed: outcome === 'committed',
      lostWrites,
      unfinished: session.unfinished,
    };
  });
}
