/** How many there were, and the same by day or week. */
import type { DeploymentKind } from '../core/events.ts';
import type { Outcome } from '../core/state.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import { isChange } from './failures.ts';
import type { Totals, TrendPoint } from './metrics.ts';
import { inBuckets, type Period } from './period.ts';
import { median } from './quantile.ts';

const count = <T>(items: readonly T[], is: (item: T) => boolean): number => {
  let found = 0;
  for (const item of items) if (is(item)) found += 1;
  return found;
};

const isRollback = ({ kind, outcome }: DeploymentFacts) => kind === 'rollback' && outcome === 'committed';

export function totalsOf(deployments: readonly DeploymentFacts[]): Totals {
  const byKind: Record<DeploymentKind, number> = { deploy: 0, rollback: 0, promote: 0, restore: 0 };
  const byOutcome: Record<Outcome, number> = { committed: 0, 'rolled-back': 0, refused: 0, stuck: 0, paused: 0 };
  let open = 0;
  for (const { kind, outcome } of deployments) {
    byKind[kind] += 1;
    if (outcome === null) open += 1;
    else byOutcome[outcome] += 1;
  }
  return {
    deployments: deployments.length,
    byKind,
    byOutcome,
    open,
    automaticRollbacks: count(deployments, (one) => isRollback(one) && one.automatic),
    manualRollbacks: count(deployments, (one) => isRollback(one) && !one.automatic),
  };
}

function pointOf(start: number, ended: readonly DeploymentFacts[]): TrendPoint {
  const changes = ended.filter((one) => isChange(one));
  const ending = (outcome: Outcome) => count(changes, (one) => one.outcome === outcome);
  const took = changes
    .filter(({ outcome }) => outcome === 'committed')
    .map(({ openedAt, endedAt }) => ((endedAt ?? openedAt) - openedAt) / 1_000);
  return {
    at: new Date(start).toISOString(),
    ended: changes.length,
    committed: took.length,
    rolledBack: ending('rolled-back'),
    refused: ending('refused'),
    stuck: ending('stuck'),
    automaticRollbacks: count(ended, (one) => isRollback(one) && one.automatic),
    manualRollbacks: count(ended, (one) => isRollback(one) && !one.automatic),
    medianSeconds: took.length === 0 ? null : median(took),
  };
}

export function trendOf(period: Period, deployments: readonly DeploymentFacts[]): readonly TrendPoint[] {
  const ended = deployments.filter(({ outcome }) => outcome !== null && outcome !== 'paused');
  return inBuckets(period, ended, ({ endedAt, openedAt }) => endedAt ?? openedAt).map(({ start, items }) =>
    pointOf(start, items),
  );
}
