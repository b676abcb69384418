/** Removes what staging made on Vercel. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import { hasServed, isServing, isUnderWay, ownDeployments } from './own-deployments.ts';
import type { VercelSetup } from './setup.ts';
import { forgetUnchanged } from './unchanged.ts';

/**
 * Deletes the deployments that this deployment has made. Failed builds stay: their log is what one wants to read.
 * What has had visitors stays as well: pages of it that are still open ask for its files.
 * @throws Problem TARGET_FAILED when one of them is live
 */
export async function discardRelease(
  ctx: TargetContext,
  setup: VercelSetup,
  _release: ReleaseRef | null,
): Promise<void> {
  await forgetUnchanged(setup, ctx.deployment);
  await removeOwn(ctx, setup);
}

export async function removeOwn(ctx: TargetContext, setup: VercelSetup): Promise<void> {
  const { api } = setup;
  for (const own of await ownDeployments(ctx, setup)) {
    if (isUnderWay(own)) await api.cancel(own.id, ctx.signal);
    else if (own.readyState !== 'READY') continue;
    // Looked at each time: what is deleted while visitors get it cannot be brought back.
    else if (await isServing(ctx, setup, own.id)) throw stillLive(own.id);
    if (hasServed(own)) ctx.say(`${own.id} stays on Vercel: it was live, and pages of it may still be open`);
    else await api.remove(own.id, ctx.signal);
  }
}

function stillLive(id: string): Problem {
  return new Problem('TARGET_FAILED', `${id} is live, so it is not removed`, {
    why: 'visitors get it now',
    next: 'belay rollback',
    retry: 'after-change',
  });
}
