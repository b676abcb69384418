/** How often the pipeline itself succeeds, and how long it takes. */
import type { DeploymentFacts } from './deployment-facts.ts';
import { isChange } from './failures.ts';
import { type FigureFrame, type Observation, shareFigure, timeFigure, type Words } from './figure.ts';
import type { Figure } from './metrics.ts';

const SUCCESS: Words = {
  title: 'Success rate',
  definition:
    'Of the deploys and promotes that began to change something and ended: those that committed. Refused, paused and running ones do not count, nor do rollbacks.',
};
const PIPELINE: Words = {
  title: 'Pipeline failure rate',
  definition:
    'Of the deploys and promotes that ended: those that ended before any user could meet the candidate, refused by a gate or gone back in a step before traffic moved.',
};
const DURATION: Words = {
  title: 'Deployment duration',
  definition: 'Median from opening to the commit, of deploys and promotes that committed; waits and pauses are in it.',
};

const observe = (deployment: DeploymentFacts, value: number, note: string | null = null): Observation => ({
  deployment,
  at: deployment.endedAt ?? deployment.openedAt,
  value,
  note,
});

const endedChange = (facts: DeploymentFacts): boolean =>
  isChange(facts) && !facts.unchanged && facts.outcome !== null && facts.outcome !== 'paused';

/** What failed where, in a few words; the reason alone where no step did. */
function failureOf({ failedStep, reason }: DeploymentFacts): string | null {
  if (failedStep === null || reason?.startsWith(`${failedStep}: `)) return reason;
  return reason === null ? failedStep : `${failedStep}: ${reason}`;
}

export function successRate(frame: FigureFrame, deployments: readonly DeploymentFacts[]): Figure {
  const observations = deployments
    .filter((facts) => endedChange(facts) && facts.outcome !== 'refused')
    .map((facts) => {
      const committed = facts.outcome === 'committed';
      return observe(facts, committed ? 1 : 0, committed ? null : failureOf(facts));
    });
  return shareFigure(frame, SUCCESS, observations, { listOf: 0 });
}

export function pipelineFailureRate(frame: FigureFrame, deployments: readonly DeploymentFacts[]): Figure {
  const observations = deployments.filter(endedChange).map((facts) => {
    const failed = facts.outcome !== 'committed' && facts.trafficAt === null;
    return observe(facts, failed ? 1 : 0, failed ? failureOf(facts) : null);
  });
  return shareFigure(frame, PIPELINE, observations, { listOf: 1 });
}

export function durationFigure(frame: FigureFrame, deployments: readonly DeploymentFacts[]): Figure {
  const observations = deployments
    .filter((facts) => endedChange(facts) && facts.outcome === 'committed')
    .map((facts) => observe(facts, Math.max(0, (facts.endedAt ?? 0) - facts.openedAt) / 1_000));
  return timeFigure(frame, DURATION, observations);
}
