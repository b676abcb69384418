/** Starting the candidate beside, or after stopping, what ran before. */
import { describeError, Problem } from '../errors.ts';
import { type Json, type ReleaseRef, sameRef } from '../release.ts';
import { expiredSnapshots } from '../expiry.ts';
import type { ReleaseRow } from '../views.ts';
import { startAndWait } from './health.ts';
import { previousOf, type Step, type StepContext } from './step.ts';

function candidateOf(ctx: StepContext) {
  const candidate = ctx.candidate(ctx.step.target ?? '');
  if (!candidate) throw new Error(`no candidate for ${ctx.step.target}`);
  return candidate;
}

function lifecycleOf(ctx: StepContext) {
  const { lifecycle } = ctx.target();
  if (!lifecycle) throw new Error(`${ctx.step.target} cannot start or stop releases`);
  return lifecycle;
}

/** With what it holds of the machine as soon as it is ready, before any traffic: a figure, never a reason to fail. */
async function startedReceipt(ctx: StepContext, url: string | undefined): Promise<Json> {
  const memory = lifecycleOf(ctx).memory?.(ctx.contextFor(), candidateOf(ctx));
  const memoryBytes = (await memory?.catch(() => null)) ?? null;
  return { url: url ?? null, ...(memoryBytes === null ? {} : { memoryBytes }) };
}

export const start: Step = {
  async before(ctx) {
    return { running: await lifecycleOf(ctx).running(ctx.contextFor(), candidateOf(ctx)) };
  },
  async look(ctx) {
    const candidate = candidateOf(ctx);
    if (!(await lifecycleOf(ctx).running(ctx.contextFor(), candidate))) return { is: 'before' };
    const probe = await ctx.target().probe(ctx.contextFor(), candidate);
    return probe.healthy
      ? { is: 'wanted', receipt: await startedReceipt(ctx, probe.url) }
      : { is: 'other', saw: `${candidate.id} runs but is not healthy: ${probe.reason}` };
  },
  async run(ctx) {
    const probe = await startAndWait(ctx, candidateOf(ctx));
    return startedReceipt(ctx, probe.url);
  },
  async undo(ctx) {
    if (wasRunning(ctx)) return 'it ran before; left running';
    const candidate = ctx.candidate(ctx.step.target ?? '');
    if (candidate) await lifecycleOf(ctx).stop(ctx.contextFor(), candidate);
    return undefined;
  },
  async undone(ctx) {
    const candidate = ctx.candidate(ctx.step.target ?? '');
    if (!candidate || wasRunning(ctx)) return { is: 'before' };
    const running = await lifecycleOf(ctx).running(ctx.contextFor(), candidate);
    return running ? { is: 'other', saw: `${candidate.id} still runs` } : { is: 'before' };
  },
};

function wasRunning(ctx: StepContext): boolean {
  return (ctx.expected as { running?: boolean } | null)?.running === true;
}

/** Whatever may write to the data: what was live, and a candidate that still runs as its standby. */
function writersOf(ctx: StepContext): readonly ReleaseRef[] {
  const previous = previousOf(ctx);
  const candidate = ctx.candidate(ctx.step.target ?? '');
  return [previous, sameRef(previous, candidate) ? null : candidate].filter((release) => release !== null);
}

/** Takes the running release out of traffic and ends it, so that it writes nothing more. Undoing starts it again. */
export const stop: Step = {
  async look(ctx) {
    // Traffic must be gone as well: what `activate` finds live is what going back would start again, beside the candidate.
    if ((await ctx.target().live(ctx.contextFor())) !== null) return { is: 'before' };
    for (const release of writersOf(ctx)) {
      if (await lifecycleOf(ctx).running(ctx.contextFor(), release)) return { is: 'before' };
    }
    return { is: 'wanted', receipt: null };
  },
  async run(ctx) {
    await ctx.target().activate(ctx.contextFor(), null);
    for (const release of writersOf(ctx)) await lifecycleOf(ctx).stop(ctx.contextFor(), release);
    return null;
  },
  async undo(ctx) {
    const previous = previousOf(ctx);
    if (!previous) return undefined;
    await startAndWait(ctx, previous);
    await ctx.target().activate(ctx.contextFor(), previous);
    return `${previous.id} runs again`;
  },
  async undone(ctx) {
    const live = await ctx.target().live(ctx.contextFor());
    const previous = previousOf(ctx);
    if (!sameRef(live, previous)) return { is: 'other', saw: live?.id ?? 'nothing live' };
    // What is live may have been stopped all the same: the step ends the process after the traffic.
    const probe = previous && (await ctx.target().probe(ctx.contextFor(), previous));
    return probe?.healthy === false ? { is: 'other', saw: `${previous?.id}: ${probe.reason}` } : { is: 'before' };
  },
};

/** How far back retiring looks for releases that were meant to be stopped, or were the standby of an earlier time. */
const LOOK_BACK = 20;

/** What may still run here and is neither live nor the standby, newest first. */
async function idleOf(ctx: StepContext): Promise<readonly ReleaseRef[]> {
  const name = ctx.step.target ?? '';
  const standby = ctx.environment.standby && ctx.plan.strategy !== 'recreate' ? previousOf(ctx) : null;
  const wanted = [candidateOf(ctx).id, standby?.id];
  const rows = await ctx.runtime.store.view('releases', { environment: ctx.environment.name, limit: LOOK_BACK });
  const kept = rows.map((one) => one.row as ReleaseRow).filter((row) => row.prunedAt === null);
  const known = [previousOf(ctx), ...kept.map((row) => row.refs[name])].filter(
    (ref) => ref !== null && ref !== undefined,
  );
  return [...new Map(known.map((ref) => [ref.id, ref])).values()].filter((ref) => !wanted.includes(ref.id));
}

/** @throws Problem TARGET_FAILED when it still runs: it would go on writing to the data of the one after it. */
async function stopForGood(ctx: StepContext, release: ReleaseRef): Promise<void> {
  if (!(await lifecycleOf(ctx).running(ctx.contextFor(), release))) return;
  await lifecycleOf(ctx).stop(ctx.contextFor(), release);
  if (!(await lifecycleOf(ctx).running(ctx.contextFor(), release))) return;
  throw new Problem('TARGET_FAILED', `${release.id} was stopped, but still runs`);
}

/** Snapshots whose time is over. One that cannot be removed is tried again by the next deployment. */
async function pruneSnapshots(ctx: StepContext, notes: string[]): Promise<readonly string[]> {
  const name = ctx.step.target ?? '';
  const { data } = ctx.target();
  if (data?.expireMs === undefined) return [];
  const removed: string[] = [];
  for (const { id } of await expiredSnapshots(ctx.runtime, ctx.environment.name, name)) {
    try {
      await data.remove(ctx.contextFor(name), id);
      ctx.prunedSnapshot(id);
      removed.push(id);
    } catch (error) {
      notes.push(describeError(error));
    }
  }
  return removed;
}

/**
 * Behind the commit: stops what is neither live nor the standby, and prunes old artefacts and snapshots. Litter, not
 * harm, when it fails: it says so, and the next deployment tries again.
 */
export const retire: Step = {
  async run(ctx) {
    const name = ctx.step.target ?? '';
    const previous = previousOf(ctx);
    const candidate = candidateOf(ctx);
    const notes: string[] = [];
    for (const release of ctx.target().lifecycle ? await idleOf(ctx) : []) await stopForGood(ctx, release);
    const keep = [candidate.id, ...(previous ? [previous.id] : [])];
    const pruned = await ctx
      .target()
      .prune?.(ctx.contextFor(name), keep)
      .catch((error: unknown) => {
        notes.push(describeError(error));
        return [];
      });
    return { pruned: pruned ?? [], snapshots: await pruneSnapshots(ctx, notes), notes };
  },
};
