/** Moves all traffic of one target to the candidate; undoing moves it back to a release proven healthy. */
import { Problem } from '../errors.ts';
import type { Json } from '../release.ts';
import { sameRef } from '../release.ts';
import { startAndWait } from './health.ts';
import type { Step, StepContext } from './step.ts';
import { asRef } from './step.ts';

async function goBack(ctx: StepContext): Promise<string | undefined> {
  const previous = asRef(ctx.expected);
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
    return (await ctx.target().live(ctx.contextFor())) as unknown as Json;
  },
  async look(ctx) {
    const live = await ctx.target().live(ctx.contextFor());
    const candidate = ctx.candidate(ctx.step.target ?? '');
    if (candidate && sameRef(live, candidate)) return { is: 'wanted', receipt: live as unknown as Json };
    if (sameRef(live, asRef(ctx.expected))) return { is: 'before' };
    return { is: 'other', saw: live ? live.id : 'nothing live' };
  },
  async run(ctx) {
    const candidate = ctx.candidate(ctx.step.target ?? '');
    if (!candidate) throw new Error(`no candidate for ${ctx.step.target}`);
    await ctx.target().activate(ctx.contextFor(), candidate);
    return candidate as unknown as Json;
  },
  undo: goBack,
  /** When the candidate was live already, or nothing changed, `before` and `wanted` are the same state. */
  async undone(ctx) {
    const live = await ctx.target().live(ctx.contextFor());
    const back = asRef(ctx.expected);
    return sameRef(live, back) ? { is: 'before' } : { is: 'other', saw: live ? live.id : 'nothing live' };
  },
};
