/** The deployments on Vercel that a deployment of ours has made, found by what they say of themselves. */
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import type { DeploymentBrief, ReadyState } from './api-types.ts';
import { lookAtProduction } from './production.ts';
import { META, refOf, type VercelSetup } from './setup.ts';
import { readUnchanged } from './unchanged.ts';

const UNDER_WAY: ReadonlySet<ReadyState> = new Set(['QUEUED', 'INITIALIZING', 'BUILDING']);

export const isUnderWay = ({ readyState }: Pick<DeploymentBrief, 'readyState'>): boolean => UNDER_WAY.has(readyState);

/** It has had visitors of production: pages of it may still be open somewhere. */
export const hasServed = ({ readySubstate }: Pick<DeploymentBrief, 'readySubstate'>): boolean =>
  readySubstate === 'PROMOTED' || readySubstate === 'ROLLING';

/** Newest first, whatever their state. */
export async function ownDeployments(
  { deployment, signal }: TargetContext,
  { api }: VercelSetup,
): Promise<readonly DeploymentBrief[]> {
  const listed = await api.deployments({ [`meta-${META.deployment}`]: deployment }, signal);
  return listed.flatMap(({ uid, state, readyState = state, ...rest }) =>
    // Should the filter be one that Vercel does not know: the rows say the same.
    rest.meta?.[META.deployment] === deployment && readyState ? [{ ...rest, id: uid, readyState }] : [],
  );
}

/**
 * The release that `stage` of this deployment made, or found to be live already; null when none is complete.
 * What was live and is not any more is none: `discard` has to leave it for the pages that are still open.
 */
export async function findRelease(ctx: TargetContext, setup: VercelSetup): Promise<ReleaseRef | null> {
  const unchanged = await readUnchanged(setup, ctx.deployment);
  const same = unchanged === null ? null : await setup.api.deployment(unchanged, ctx.signal);
  if (same?.readyState === 'READY') return refOf(setup, same);
  const ready = (await ownDeployments(ctx, setup)).find(({ readyState }) => readyState === 'READY');
  if (!ready) return null;
  return hasServed(ready) && !(await isServing(ctx, setup, ready.id)) ? null : refOf(setup, ready);
}

/** Whether visitors get it now, all or some of them. */
export async function isServing({ signal }: TargetContext, setup: VercelSetup, id: string): Promise<boolean> {
  const { live, split } = await lookAtProduction(setup, signal);
  return [live?.id, split?.stable.id, split?.candidate.id].includes(id);
}
