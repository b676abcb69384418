/** The target `vercel`: releases as deployments of a project, built without traffic, promoted when they are good. */
import type { Target } from '../target.ts';
import { activateRelease } from './activate.ts';
import { discardRelease } from './discard.ts';
import { isKept } from './kept.ts';
import type { VercelOptions } from './options.ts';
import { findRelease } from './own-deployments.ts';
import { probeRelease } from './probe.ts';
import { lookAtProduction } from './production.ts';
import { recall, remember } from './recent-look.ts';
import { createSetup, refOf } from './setup.ts';
import { stageRelease } from './stage.ts';
import { createTraffic } from './traffic.ts';

/** A request that was received is carried out although its sender died: within seconds there, at once by an emulator here. */
const LANDING_MS = { vercel: 10_000, emulator: 1_000 };

export function createVercelTarget(options: VercelOptions): Target {
  const setup = createSetup(options);
  return {
    kind: 'vercel',
    landingMs: options.api.startsWith('https://') ? LANDING_MS.vercel : LANDING_MS.emulator,
    async live(ctx) {
      const moved = recall(setup, 'after');
      const production = moved ?? (await lookAtProduction(setup, ctx.signal));
      if (!moved) remember(setup, 'before', production);
      const { live } = production;
      return live && refOf(setup, live);
    },
    stage: (ctx) => stageRelease(ctx, setup),
    find: (ctx) => findRelease(ctx, setup),
    activate: (ctx, release) => activateRelease(ctx, setup, release),
    discard: (ctx, release) => discardRelease(ctx, setup, release),
    probe: (ctx, release) => probeRelease(ctx, setup, release),
    traffic: createTraffic(setup),
    kept: (ctx, release) => isKept(ctx, setup, release),
  };
}
