/** Moves all traffic of one target to the candidate; undoing moves it back to a release proven healthy. */
import { Problem } from '../errors.ts';
import type { Json, ReleaseRef } from '../release.ts';
import { sameRef } from '../release.ts';
import { startAndWait } from './health.ts';
import { hasShare, isShared, sharesOf } from './shares.ts';
import type { Step, StepContext } from './step.ts';
import { asRef, previousOf } from './step.ts';

/** All traffic to a release that is proven healthy first; null: to none, as before. */
export async function moveBack(ctx: StepContext, previous: ReleaseRef | null): Promise<string> {
  const target = ctx.target();
  if (previous) {
    const probe = await target.probe(ctx.contextFor(), previous);
    if (!probe.healthy) {
      if (!target.lifecycle) {
        throw new Problem('UNHEALTHY', `${previous.id} is not healthy, so traffic stays where it is`, {
          why: probe.reason,
        });
      }
      await startAndWait(ctx, previous);
    }
  }
  await target.activate(ctx.contextFor(), previous);
  return previous ? `traffic is back on ${previous.id}` : 'nothing is live, as before';
}

export const activate: Step = {
  async before(ctx) {
    // While traffic is shared, what has most of it is not what to come back to.
    if (isShared(ctx)) return previousOf(ctx) as unknown as Json;
    return (await ctx.target().live(ctx.contextFor())) as unknown as Json;
  },
  async look(ctx) {
    const live = await ctx.target().live(ctx.contextFor());
    const candidate = ctx.candidate(ctx.step.target ?? '');
    // The candidate is live from half of the traffic on; activated it is with all of it.
    if (candidate && isShared(ctx) && !hasShare(await sharesOf(ctx), candidate, 1)) return { is: 'before' };
    if (candidate && sameRef(live, candidate)) return { is: 'wanted', receipt: live as unknown as Json };
    if (sameRef(live, asRef(ctx.expected))) return { is: 'before' };
    return { is: 'other', saw: live ? live.id : 'nothing live' };
  },
  async run(ctx) {
    const candidate = ctx.candidate(ctx.step.target ?? '');
    if (!candidate) throw new Error(`no candidate for ${ctx.step.target}`);
    // The very release that was live when this began: a half that did not change costs no more than that look.
    if (!isShared(ctx) && sameRef(asRef(ctx.expected), candidate)) return candidate as unknown as Json;
    await ctx.target().activate(ctx.contextFor(), candidate);
    return candidate as unknown as Json;
  },
  undo: (ctx) => moveBack(ctx, asRef(ctx.expected)),
  /** When the candidate was live already, or nothing changed, `before` and `wanted` are the same state. */
  async undone(ctx) {
    const live = await ctx.target().live(ctx.contextFor());
    const back = asRef(ctx.expected);
    return sameRef(live, back) ? { is: 'before' } : { is: 'other', saw: live ? live.id : 'nothing live' };
  },
};
