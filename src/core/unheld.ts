/** Data that could not be put back without losing what users write meanwhile: a reason not to begin. Pure. */
import { Problem } from './errors.ts';
import type { Plan, TargetFacts } from './plan.ts';

/**
 * `recreate` puts the data back by itself when the new release fails. That loses nothing only where requests are held
 * from before the snapshot until after the commit, so that nobody can have written in between (G8).
 * @returns Problem GATE_REFUSED, or null when the plan may be carried out
 */
export function unheldData(
  plan: Pick<Plan, 'strategy' | 'kind' | 'before'>,
  targets: readonly Pick<TargetFacts, 'name' | 'data' | 'holds'>[],
): Problem | null {
  if (plan.strategy !== 'recreate') return null;
  const unheld = targets
    .filter((target) => target.name in plan.before && target.data && !target.holds)
    .map((target) => target.name);
  if (unheld.length === 0) return null;
  return new Problem('GATE_REFUSED', `The requests of ${unheld.join(', ')} cannot be held while data is replaced`, {
    why: 'if the new release failed, putting the data back would lose what users wrote in the meantime',
    next: WAYS_ON[plan.kind],
    retry: 'after-change',
    details: unheld.map((name) => `${name} has protected data, and no holding`),
  });
}

const DEPLOY_ANOTHER_WAY =
  "deploy with strategy: 'all-at-once' or 'blue-green', or give the target holding (docs/adapters.md)";

const WAYS_ON: Readonly<Record<Plan['kind'], string>> = {
  deploy: DEPLOY_ANOTHER_WAY,
  promote: DEPLOY_ANOTHER_WAY,
  rollback: 'belay rollback --keep-data   (the old code can read the data as it is now)',
  restore: 'give the target holding (docs/adapters.md), then: belay snapshot restore',
};
