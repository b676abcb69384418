/** The target `convex`: functions and schema of a Convex deployment, pushed from what was kept of each release. */
import { Problem } from '../../core/errors.ts';
import type { Target } from '../target.ts';
import { createHolding } from './holding.ts';
import { forget, keptReleases, letGo, readPush } from './kept-releases.ts';
import { liveRelease } from './live-release.ts';
import type { ConvexSetup } from './options.ts';
import { probeRelease } from './probe.ts';
import { activateRelease } from './push.ts';
import { findStaged, removeLeftovers, stageRelease } from './stage.ts';

/** A push whose sender died is over by then; only its last call changes what is live. */
const LANDING_MS = { cloud: 15_000, here: 3_000 };

export function createConvexTarget(setup: ConvexSetup): Target {
  return {
    kind: 'convex',
    role: 'backend',
    landingMs: setup.isHere ? LANDING_MS.here : LANDING_MS.cloud,
    live: (ctx) => liveRelease(setup, ctx.signal),
    stage: (ctx) => stageRelease(ctx, setup),
    find: (ctx) => findStaged(ctx, setup),
    activate: (ctx, release) => activateRelease(ctx, setup, release),
    async discard(ctx, release) {
      await removeLeftovers(ctx, setup);
      const staged = (await keptReleases(setup)).findLast(({ deployments }) => deployments.includes(ctx.deployment));
      if (!staged || (release && staged.id !== release.id)) return;
      const only = staged.deployments.every((one) => one === ctx.deployment);
      if (only && staged.id === (await liveRelease(setup, ctx.signal))?.id) {
        throw new Problem('TARGET_FAILED', `${staged.id} is live, so it is not discarded`);
      }
      await letGo(setup, staged, ctx.deployment);
    },
    probe: (ctx, release) => probeRelease(ctx, setup, release),
    ...(setup.holdsStore ? {} : { holding: createHolding(setup) }),
    ...(setup.data ? { data: setup.data } : {}),
    kept: async (_ctx, release) => (await readPush(setup, release.id)) !== null,
    async prune(_ctx, keep) {
      const all = await keptReleases(setup);
      const old = all.slice(0, Math.max(0, all.length - setup.options.keep)).filter(({ id }) => !keep.includes(id));
      for (const { id } of old) await forget(setup, id);
      return old.map(({ id }) => id);
    },
  };
}
