/** Shares of a target's traffic: read from the router itself, and put in force. */
import type { ReleaseRef } from '../release.ts';
import type { StepContext } from './step.ts';

export type Shares = Readonly<Record<string, number>>;

/** Routers count in buckets: shares that differ by less are the same. */
const ROUNDING = 0.001;

/** Whether this deployment shares the traffic of a target between two releases. */
export function isShared(ctx: StepContext, target = ctx.step.target ?? ''): boolean {
  return ctx.plan.canary?.baselines[target] !== undefined;
}

export function trafficOf(ctx: StepContext, target = ctx.step.target ?? '') {
  const { traffic } = ctx.target(target);
  if (!traffic) throw new Error(`the traffic of ${target} cannot be shared`);
  return traffic;
}

export function sharesOf(ctx: StepContext, target = ctx.step.target ?? ''): Promise<Shares> {
  return trafficOf(ctx, target).shares(ctx.contextFor(target));
}

export function hasShare(shares: Shares, release: ReleaseRef, share: number): boolean {
  return Math.abs((shares[release.id] ?? 0) - share) < ROUNDING;
}

/** Both releases by id, with the stable one first: the order in which routers hand out their buckets. */
export function sharesAt(ctx: StepContext, share: number, target = ctx.step.target ?? ''): Shares {
  const stable = ctx.plan.before[target] ?? null;
  const candidate = ctx.candidate(target);
  if (!stable || !candidate) throw new Error(`${target} has no two releases to share its traffic`);
  return { [stable.id]: 1 - share, [candidate.id]: share };
}

/** Everyone back on the release of before, at once. */
export async function moveEveryoneBack(ctx: StepContext, target: string): Promise<void> {
  const stable = ctx.plan.before[target];
  if (stable) await trafficOf(ctx, target).split(ctx.contextFor(target), { [stable.id]: 1 });
}

/** Somebody watches the split, by evidence from elsewhere: what the routers saw is not looked at. */
export async function letRoutersKnow(ctx: StepContext): Promise<void> {
  const targets = Object.keys(ctx.plan.canary?.baselines ?? {});
  await Promise.all(targets.map(async (target) => trafficOf(ctx, target).observe?.(ctx.contextFor(target), null, 0)));
}

export function describeShares(shares: Shares): string {
  const told = Object.entries(shares).map(([release, share]) => `${release} ${Math.round(share * 1_000) / 10} %`);
  return told.length > 0 ? told.join(', ') : 'nothing is live';
}

/** @returns what is in force where it is not the share that this stage has put in force; null where all is as it should be */
export async function wrongShares(ctx: StepContext, share: number): Promise<string | null> {
  for (const target of Object.keys(ctx.plan.canary?.baselines ?? {})) {
    const candidate = ctx.candidate(target);
    const shares = await sharesOf(ctx, target);
    if (!candidate || !hasShare(shares, candidate, share)) return `${target}: ${describeShares(shares)}`;
  }
  return null;
}
