/** Builds or uploads the candidate on one target. No traffic. */
import type { Json } from '../release.ts';
import type { Step } from './step.ts';
import { asRef } from './step.ts';

export const stage: Step = {
  async look(ctx) {
    const found = await ctx.target().find(ctx.contextFor());
    return found ? { is: 'wanted', receipt: found as unknown as Json } : { is: 'before' };
  },
  async run(ctx) {
    return (await ctx.target().stage(ctx.contextFor())) as unknown as Json;
  },
  async undo(ctx) {
    await ctx.target().discard(ctx.contextFor(), asRef(ctx.receipt));
    return undefined;
  },
};
