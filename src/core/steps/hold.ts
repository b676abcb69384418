/** Holding requests at the router while an application is replaced, and letting them through again. */
import type { Step, StepContext } from './step.ts';

function holdingOf(ctx: StepContext) {
  const { holding } = ctx.target();
  if (!holding) throw new Error(`requests of ${ctx.step.target} cannot be held`);
  return holding;
}

const held = (ctx: StepContext): Promise<boolean> => holdingOf(ctx).held(ctx.contextFor());

export const hold: Step = {
  look: async (ctx) => ((await held(ctx)) ? { is: 'wanted', receipt: null } : { is: 'before' }),
  async run(ctx) {
    await holdingOf(ctx).hold(ctx.contextFor());
    return null;
  },
  async undo(ctx) {
    await holdingOf(ctx).resume(ctx.contextFor());
    return 'requests go through again';
  },
};

export const resume: Step = {
  look: async (ctx) => ((await held(ctx)) ? { is: 'before' } : { is: 'wanted', receipt: null }),
  async run(ctx) {
    await holdingOf(ctx).resume(ctx.contextFor());
    return null;
  },
};
