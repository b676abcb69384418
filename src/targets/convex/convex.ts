/** The target `convex`: functions and schema of a Convex deployment, pushed from what was kept of each release. */
import { Problem } from '../../core/errors.ts';
import { releaseOf } from '../../platforms/convex/push-request.ts';
import type { Target } from '../target.ts';
import { createHolding } from './holding.ts';
import { forget, keptReleases, letGo, readKept, readPush, refOf } from './kept-releases.ts';
import type { ConvexSetup } from './options.ts';
import { activateRelease } from './push.ts';
import { findStaged, removeLeftovers, stageRelease } from './stage.ts';

/** A push whose sender died is over by then; only its last call changes what is live. */
const LANDING_MS = 15_000;

export function createConvexTarget(setup: ConvexSetup): Target {
  const live = async (signal: AbortSignal) => releaseOf(await (await setup.client()).modules(signal));
  return {
    kind: 'convex',
    role: 'backend',
    landingMs: LANDING_MS,
    async live(ctx) {
      const id = await live(ctx.signal);
      if (id === null) return null;
      const { url } = await setup.client();
      const kept = await readKept(setup, id);
      return kept ? refOf(kept, url) : { id, url };
    },
    stage: (ctx) => stageRelease(ctx, setup),
    find: (ctx) => findStaged(ctx, setup),
    activate: (ctx, release) => activateRelease(ctx, setup, release),
    async discard(ctx, release) {
      await removeLeftovers(ctx, setup);
      const staged = (await keptReleases(setup)).findLast(({ deployments }) => deployments.includes(ctx.deployment));
      if (!staged || (release && staged.id !== release.id)) return;
      const only = staged.deployments.every((one) => one === ctx.deployment);
      if (only && staged.id === (await live(ctx.signal))) {
        throw new Problem('TARGET_FAILED', `${staged.id} is live, so it is not discarded`);
      }
      await letGo(setup, staged, ctx.deployment);
    },
    async probe(ctx) {
      const client = await setup.client();
      try {
        await client.version(ctx.signal);
        return { healthy: true, url: client.url };
      } catch (error) {
        return {
          healthy: false,
          url: client.url,
          reason: error instanceof Problem ? (error.why ?? error.message) : String(error),
        };
      }
    },
    holding: createHolding(setup),
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
