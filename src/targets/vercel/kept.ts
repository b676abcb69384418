/** Whether Vercel can still go back to a release. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import { lookAtProduction } from './production.ts';
import type { VercelSetup } from './setup.ts';

/** @throws Problem TARGET_FAILED when it is there, but the plan lets nobody roll back to it */
export async function isKept(ctx: TargetContext, setup: VercelSetup, release: ReleaseRef): Promise<boolean> {
  const deployment = await setup.api.deployment(release.id, ctx.signal);
  if (deployment?.readyState !== 'READY') return false;
  // What was never production is promoted, which every plan allows.
  if (deployment.readySubstate !== 'PROMOTED') return true;
  const candidates = await setup.api.deployments({ rollbackCandidate: 'true', target: 'production' }, ctx.signal);
  if (candidates.some(({ uid }) => uid === release.id)) return true;
  const { live } = await lookAtProduction(setup, ctx.signal);
  if (live?.id === release.id) return true;
  throw new Problem('TARGET_FAILED', `Vercel does not roll back to ${release.id}`, {
    why: `it offers ${candidates.map(({ uid }) => uid).join(', ') || 'no deployment'}; the Hobby plan goes back to the previous one only`,
    next: 'belay releases, or upgrade the plan',
    retry: 'after-change',
  });
}
