/** Shares production's traffic between two deployments: by a rolling release, or by an Edge Config item. */
import { Problem } from '../../core/errors.ts';
import type { TargetContext, Traffic } from '../target.ts';
import { activateRelease, foreignRelease } from './activate.ts';
import { writeEdgeSplit } from './edge-split.ts';
import { lookAtProduction, type Production } from './production.ts';
import { objectionOf, splitByRollingRelease } from './rolling-split.ts';
import type { VercelSetup } from './setup.ts';

type Shares = Readonly<Record<string, number>>;

/**
 * Vercel does not show what each deployment answers, so there is nothing to `observe`: the evidence comes from the
 * strategy's signals. It keeps a split for as long as nobody changes it, so a guard has no effect.
 */
export function createTraffic(setup: VercelSetup): Traffic {
  return {
    ready: (ctx) => requireReady(ctx, setup),
    async split(ctx, shares) {
      const wanted = Object.entries(shares).filter(([, share]) => share > 0);
      const [only] = wanted;
      if (wanted.length === 1 && only && only[1] > ALL) return activateRelease(ctx, setup, { id: only[0] });
      await share(ctx, setup, Object.fromEntries(wanted));
      requireShares(wanted, await sharesOf(ctx, setup));
    },
    shares: (ctx) => sharesOf(ctx, setup),
  };
}

async function requireReady({ signal }: TargetContext, setup: VercelSetup): Promise<void> {
  const { rolling, project } = await lookAtProduction(setup, signal, true);
  if (rolling) throw foreignRelease(rolling.currentDeployment?.id, rolling.canaryDeployment?.id);
  const { edgeConfig } = setup.options;
  if (edgeConfig) return void (await setup.api.edgeConfig(edgeConfig.id, signal));
  const refused = objectionOf(await setup.api.rollingBilling(signal), project.id);
  if (refused) throw refused;
}

async function sharesOf(ctx: TargetContext, setup: VercelSetup): Promise<Shares> {
  const { split, live } = await lookAtProduction(setup, ctx.signal, true);
  if (!live) return {};
  if (!split || split.share === 0) return { [live.id]: 1 };
  return { [split.stable.id]: 1 - split.share, [split.candidate.id]: split.share };
}

async function share(ctx: TargetContext, setup: VercelSetup, shares: Shares): Promise<void> {
  const before = await lookAtProduction(setup, ctx.signal, true);
  const stable = before.split?.stable ?? before.live;
  const candidate = Object.keys(shares).find((id) => id !== stable?.id);
  if (!stable || !candidate || Object.keys(shares).length !== 2 || shares[stable.id] === undefined) {
    throw new Problem('TARGET_FAILED', 'Vercel shares traffic only between what is live and one other deployment', {
      why: `live is ${stable?.id ?? 'nothing'}, asked for was ${Object.keys(shares).join(' and ')}`,
      next: 'belay status',
    });
  }
  const wanted = { candidate, share: shares[candidate] ?? 0 };
  if (setup.options.edgeConfig) return shareByEdgeConfig(ctx, setup, before, wanted);
  return splitByRollingRelease(ctx, setup, before, wanted);
}

async function shareByEdgeConfig(
  ctx: TargetContext,
  setup: VercelSetup,
  { split }: Production,
  { candidate: id, share: part }: { readonly candidate: string; readonly share: number },
): Promise<void> {
  const known = split?.candidate.id === id ? split.candidate : await setup.api.deployment(id, ctx.signal);
  if (!known)
    throw new Problem('RELEASE_PRUNED', `Vercel has no deployment ${id} any more`, { next: 'belay releases' });
  await writeEdgeSplit(setup, { candidate: known, share: part }, ctx.signal);
}

/** Shares are fractions that were computed. */
const ALL = 0.999;
/** Vercel counts in whole percent. */
const ROUNDING = 0.006;

function requireShares(wanted: readonly (readonly [string, number])[], read: Shares): void {
  if (wanted.every(([id, part]) => Math.abs((read[id] ?? 0) - part) < ROUNDING)) return;
  throw new Problem('TARGET_FAILED', 'Vercel did not put the shares in force', {
    why: `read back: ${JSON.stringify(read)}`,
    next: 'belay status',
    retry: 'later',
    unknown: true,
  });
}
