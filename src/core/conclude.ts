/** The ends of a deployment: committed, rolled back, or in need of a person. One durable event decides. */
import { describeError } from './errors.ts';
import { lookLimit } from './observe.ts';
import type { LiveRefs, Release, ReleaseRef } from './release.ts';
import { sameRef } from './release.ts';
import type { Session } from './session.ts';
import { contextOf } from './step-context.ts';
import { asRef } from './steps/step.ts';
import { stopOn } from './uncertain.ts';
import type { ReleaseRow } from './views.ts';

function receipts(session: Session, kind: string): [string, ReleaseRef][] {
  return [...session.state.steps].flatMap(([id, step]) => {
    const ref = id.startsWith(`${kind}:`) && step.phase === 'done' ? asRef(step.receipt) : null;
    return ref ? [[id.slice(kind.length + 1), ref]] : [];
  });
}

function releaseOf(session: Session): Release {
  const { plan } = session.state;
  if (!plan) throw new Error('no plan');
  return {
    id: plan.release.id,
    environment: plan.environment,
    source: plan.release.source,
    configHash: plan.release.configHash,
    rollbackClass: plan.rollbackClass,
    ...(plan.rollbackReason ? { rollbackReason: plan.rollbackReason } : {}),
    refs: { ...plan.refs, ...Object.fromEntries(receipts(session, 'stage')) },
    snapshots: Object.fromEntries(receipts(session, 'snapshot').map(([target, ref]) => [target, ref.id])),
    deployment: plan.deployment,
  };
}

export async function commit(session: Session): Promise<void> {
  const release = releaseOf(session);
  const committed = session.event('deployment.committed', { release, live: release.refs });
  const isLast = !session.state.plan?.steps.some((step) => step.after);
  const closed = session.event('deployment.closed', { outcome: 'committed', leftovers: [] });
  const along = session.alongCommit.splice(0).map((make) => make());
  await session.append(committed, ...along, ...(isLast ? [closed] : []));
}

/** What is live on every target now, and how it differs from what was live before the deployment. */
async function readBack(session: Session): Promise<{ live: LiveRefs; differences: string[] }> {
  const { plan } = session.state;
  const live: Record<string, ReleaseRef | null> = {};
  const differences: string[] = [];
  const step = plan?.steps[0];
  if (!plan || !step) return { live, differences };
  const limitMs = lookLimit(session.environment);
  const { ctx, within, end } = contextOf(session, { ...step, id: 'read-back', target: null, limitMs }, 'back');
  try {
    for (const [name, target] of session.environment.targets) {
      if (!(name in plan.before)) continue;
      const now = await within(target.live(ctx.contextFor(name)));
      const before = plan.before[name] ?? null;
      live[name] = now;
      if (!sameRef(now, before)) {
        differences.push(`${name}: ${now?.id ?? 'nothing'} is live, before it was ${before?.id ?? 'nothing'}`);
      }
    }
  } finally {
    end();
  }
  return { live, differences };
}

/** `rolled-back` is written only after the world was read back and is as it was (G7). */
export async function readBackAndRollBack(session: Session): Promise<void> {
  const { state } = session;
  try {
    const { live, differences } = await readBack(session);
    if (differences.length > 0) return await raiseAttention(session, `not as it was before: ${differences.join('; ')}`);
    const reason = state.reason ?? 'failed';
    const events = [session.event('deployment.rolled-back', { reason, live })];
    if (failedItsUsers(session)) {
      events.push(session.event('environment.frozen', { commit: state.source.commit, reason }));
    }
    await session.append(...events);
  } catch (error) {
    stopOn(session, error);
    await raiseAttention(session, `could not read back what is live: ${describeError(error)}`);
  }
}

/**
 * A commit that met users and then failed is not tried again by itself. One that never met them may be, and
 * so may one that was taken back because a person or a dead process stopped it.
 */
function failedItsUsers(session: Session): boolean {
  const { kind, steps } = session.state;
  const stopped = session.stopForward.signal.aborted || session.runtime.stop.gently.aborted;
  if (stopped || (kind !== 'deploy' && kind !== 'promote')) return false;
  // A port that belongs to another program is no fault of the commit, and has shown it to nobody.
  const hadTraffic = [...steps].some(
    ([id, step]) => /^(activate|shift):/.test(id) && step.attempts > 0 && step.error?.code !== 'PORT_TAKEN',
  );
  return hadTraffic && [...steps.values()].some((step) => step.error !== null);
}

/** Ends in a state that only a person resolves; the list of what is left is part of the record. */
export async function raiseAttention(session: Session, reason: string): Promise<void> {
  const steps = session.state.plan?.steps ?? [];
  const remaining = steps
    .filter((step) => {
      const phase = session.state.steps.get(step.id)?.phase;
      return phase !== undefined && phase !== 'undone' && !(step.after && phase === 'done');
    })
    .map((step) => step.id);
  await session.append(session.event('attention.raised', { reason, remaining }));
}

/** What `retire` removed, by target. */
function prunedRefs(session: Session): Map<string, string[]> {
  const pruned = new Map<string, string[]>();
  for (const [id, step] of session.state.steps) {
    if (!id.startsWith('retire:') || step.phase !== 'done') continue;
    pruned.set(id.slice('retire:'.length), (step.receipt as { pruned?: string[] } | null)?.pruned ?? []);
  }
  return pruned;
}

/** A release that lost an artefact can no longer be gone back to; the record says so. */
async function recordPruned(session: Session): Promise<void> {
  const pruned = prunedRefs(session);
  if (![...pruned.values()].some((ids) => ids.length > 0)) return;
  const rows = await session.runtime.store.view('releases', { environment: session.environment.name, limit: 200 });
  for (const row of rows.map((one) => one.row as ReleaseRow)) {
    const targets = [...pruned]
      .filter(([target, ids]) => ids.includes(row.refs[target]?.id ?? ''))
      .map(([target]) => target);
    if (targets.length > 0 && row.prunedAt === null) {
      session.defer(session.event('release.pruned', { release: row.id, targets }));
    }
  }
}

export async function close(session: Session): Promise<void> {
  const { state } = session;
  await recordPruned(session);
  const leftovers = [...state.steps].filter(([id, step]) => id.startsWith('retire:') && step.phase !== 'done');
  const outcome = state.outcome ?? 'refused';
  await session.append(session.event('deployment.closed', { outcome, leftovers: leftovers.map(([id]) => id) }));
}
