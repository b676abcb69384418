/** Pausing a deployment: nobody's function runs, so nobody writes while its data is replaced. */
import type { Holding } from '../target.ts';
import type { ConvexSetup } from './options.ts';

/** Of no function of anybody: what is answered tells only whether functions run. */
const NOWHERE = 'belay_release:nothing';

export function createHolding(setup: ConvexSetup): Holding {
  return {
    silences: true,
    hold: async (ctx) => (await setup.client()).pause(ctx.signal),
    resume: async (ctx) => (await setup.client()).unpause(ctx.signal),
    async held(ctx) {
      const answer = await (await setup.client()).call('query', NOWHERE, {}, ctx.signal);
      return answer.status === 'error' && /\bpaused\b/i.test(answer.errorMessage ?? '');
    },
  };
}
