/** What the index has taken in, and every figure is made from. */
import type { DeploymentFacts } from './deployment-facts.ts';
import type { StepSeries } from './step-series.ts';

export interface MetricsFacts {
  /** By environment, each in the order of its journal. */
  readonly deployments: ReadonlyMap<string, readonly DeploymentFacts[]>;
  readonly series: ReadonlyMap<string, StepSeries>;
  /** What a fold over all deployments of an environment gave the last time, while there are no newer events of it. */
  readonly folded: <T>(environment: string, name: string, fold: (all: readonly DeploymentFacts[]) => T) => T;
}
