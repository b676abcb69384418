/** The target `local`: releases as folders on this machine, run and routed by the supervisor daemon. */
import type { Target } from '../target.ts';
import { createLifecycle } from './lifecycle.ts';
import type { LocalSetup } from './options.ts';
import { lastLines, probeRelease } from './probe.ts';
import { readRecord, releaseFolder, requireRecord } from './release-folder.ts';
import { discardRelease, pruneReleases } from './removal.ts';
import { findStaged, isKept, stageRelease } from './stage.ts';
import { liveRef, liveRelease, requireUp, supervised } from './supervised.ts';
import { createHolding, createTraffic } from './traffic.ts';

/** Every change goes through the daemon under the caller's fence, so nothing of a deposed caller can land later. */
export function createLocalTarget(setup: LocalSetup): Target {
  const { home } = setup;
  return {
    kind: 'local',
    landingMs: 0,
    async live() {
      const { state } = await supervised(setup);
      const id = liveRelease(state);
      return id === null ? null : liveRef(id, state, readRecord(releaseFolder(home, id))?.commit);
    },
    stage: (ctx) => stageRelease(ctx, setup),
    find: (ctx) => findStaged(ctx, setup),
    async activate(ctx, release) {
      const { name, client, state } = await supervised(setup);
      if (release === null) {
        if (state) await client.route(name, ctx.fence, {});
        return;
      }
      requireUp(state, release.id);
      const { host, port } = requireRecord(home, release);
      await client.listen(name, ctx.fence, { host, port, router: setup.options.router });
      await client.route(name, ctx.fence, { [release.id]: 1 });
    },
    discard: (ctx, release) => discardRelease(ctx, setup, release),
    probe: (ctx, release) => probeRelease(ctx, setup, release),
    lifecycle: createLifecycle(setup),
    holding: createHolding(setup),
    traffic: createTraffic(setup),
    ...(setup.data ? { data: setup.data } : {}),
    kept: async (_ctx, release) => isKept(home, release),
    prune: (ctx, keep) => pruneReleases(ctx, setup, keep),
    logs: (release, lines) => lastLines(setup.exec, releaseFolder(home, release.id).appLog, lines),
  };
}
