/** Holding requests at the router while an application is replaced, and letting them through again. */
import type { Step, StepContext } from './step.ts';

function trafficOf(ctx: StepContext) {
  const { traffic } = ctx.target();
  if (!traffic) throw new Error(`requests of ${ctx.step.target} cannot be held`);
  return traffic;
}

const held = (ctx: StepContext): Promise<boolean> => trafficOf(ctx).held(ctx.contextFor());

export const hold: Step = {
  look: async (ctx) => ((await held(ctx)) ? { is: 'wanted', receipt: null } : { is: 'before' }),
  async run(ctx) {
    await trafficOf(ctx).hold(ctx.contextFor());
    return null;
  },
  async undo(ctx) {
    await trafficOf(ctx).resume(ctx.contextFor());
    return 'requests go through again';
  },
};

export const resume: Step = {
  look: async (ctx) => ((await held(ctx)) ? { is: 'before' } : { is: 'wanted', receipt: null }),
  async run(ctx) {
    await trafficOf(ctx).resume(ctx.contextFor());
    return null;
  },
};
