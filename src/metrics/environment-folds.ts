/** What takes a look at every deployment of an environment: made once, and kept until there is news of it. */
import { type FirstLive, firstLives } from './change-lead-time.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import { type Failure, failuresOf, isChange } from './failures.ts';
import type { MetricsFacts } from './metrics-facts.ts';
import type { Commit } from './metrics.ts';

export interface EnvironmentFolds {
  readonly all: readonly DeploymentFacts[];
  readonly failures: readonly Failure[];
  readonly successes: readonly DeploymentFacts[];
  readonly firstLives: readonly FirstLive[];
  readonly labelled: boolean;
}

/** Trying one release again until it commits, or shipping what is live already, is one deployment. */
function successesOf(deployments: readonly DeploymentFacts[]): readonly DeploymentFacts[] {
  let last: string | null = null;
  return deployments.filter((facts) => {
    if (facts.outcome !== 'committed') return false;
    const same = `${facts.commit} ${facts.configHash}`;
    const again = same === last;
    // Behind a rollback, shipping the same thing again is a deployment of its own.
    last = same;
    return isChange(facts) && !facts.unchanged && !again;
  });
}

export function foldsOf(
  facts: MetricsFacts,
  environment: string,
  commits: ReadonlyMap<string, Commit> | undefined,
): EnvironmentFolds {
  const { folded } = facts;
  const lives = folded(environment, 'first lives', () => new Map<typeof commits, readonly FirstLive[]>());
  const all = facts.deployments.get(environment) ?? [];
  const known = lives.get(commits) ?? firstLives(all, commits);
  // The commits of an earlier look are not asked for again.
  lives.clear();
  lives.set(commits, known);
  return {
    all,
    failures: folded(environment, 'failures', failuresOf),
    successes: folded(environment, 'successes', successesOf),
    firstLives: known,
    labelled: folded(environment, 'labelled', (some) => some.some(({ rework }) => rework !== null)),
  };
}
