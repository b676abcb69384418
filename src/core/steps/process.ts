/** Starting the candidate beside, or after stopping, what ran before. */
import { describeError } from '../errors.ts';
import { type ReleaseRef, sameRef } from '../release.ts';
import { startAndWait } from './health.ts';
import type { Step, StepContext } from './step.ts';

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

/** The release that this deployment goes back to, on this target. */
function previousOf(ctx: StepContext) {
  return ctx.plan.before[ctx.step.target ?? ''] ?? null;
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
      ? { is: 'wanted', receipt: { url: probe.url ?? null } }
      : { is: 'other', saw: `${candidate.id} runs but is not healthy: ${probe.reason}` };
  },
  async run(ctx) {
    const probe = await startAndWait(ctx, candidateOf(ctx));
    return { url: probe.url ?? null };
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
    return sameRef(live, previousOf(ctx)) ? { is: 'before' } : { is: 'other', saw: live?.id ?? 'nothing live' };
  },
};

/**
 * Behind the commit: stops what is neither live nor the standby, and prunes old artefacts. Litter, not
 * harm, when it fails: it says so, and the next deployment tries again.
 */
export const retire: Step = {
  async run(ctx) {
    const name = ctx.step.target ?? '';
    const previous = previousOf(ctx);
    const candidate = candidateOf(ctx);
    const standby = ctx.environment.standby && ctx.plan.strategy !== 'recreate';
    const notes: string[] = [];
    if (previous && !standby && !sameRef(previous, candidate)) {
      await lifecycleOf(ctx).stop(ctx.contextFor(), previous);
    }
    const keep = [candidate.id, ...(previous ? [previous.id] : [])];
    const pruned = await ctx
      .target()
      .prune?.(ctx.contextFor(name), keep)
      .catch((error: unknown) => {
        notes.push(describeError(error));
        return [];
      });
    return { pruned: pruned ?? [], notes };
  },
};
