/** The five keys of DORA, as folds: definitions and edge cases are those of docs/metrics.md. */
import { changeLeadTime } from './change-lead-time.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import type { EnvironmentFolds } from './environment-folds.ts';
import { type Failure, tookTraffic } from './failures.ts';
import {
  type FigureFrame,
  type Observation,
  rateFigure,
  shareFigure,
  timeFigure,
  unknownFigure,
  type Words,
} from './figure.ts';
import type { DoraFigures, Figure } from './metrics.ts';
import { allWithin } from './period.ts';

const FREQUENCY: Words = {
  title: 'Deployment frequency',
  definition:
    'Deploys and promotes that committed, for each day of the period. The same commit with the same configuration again counts once; rollbacks and what changed nothing do not count.',
};
const FAIL_RATE: Words = {
  title: 'Change fail rate',
  definition:
    'Of the deploys and promotes that took traffic: those that went back, were rolled back later, or needed a person. What was stopped before it took traffic is in the pipeline failure rate instead.',
};
const RECOVERY: Words = {
  title: 'Failed deployment recovery time',
  definition:
    'Median from when a failed change first took traffic (of one that was rolled back later: from its commit) until something that runs well was live again: its own way back, a rollback, the next good deployment, or the word of a person.',
};
const REWORK: Words = {
  title: 'Rework rate',
  definition:
    'Of the deploys and promotes that committed: those of a revert (subject "Revert …") or a hotfix (branch hotfix/…, subject "hotfix …").',
};

export interface DoraInput {
  /** What is counted as production; null: all together. */
  readonly environment: string | null;
  /** Of the environments that count. */
  readonly folds: readonly EnvironmentFolds[];
  /** Whether the repository was read for its commits. */
  readonly commitsRead: boolean;
}

export function doraFigures(frame: FigureFrame, { environment, folds, commitsRead }: DoraInput): DoraFigures {
  const { period } = frame;
  const openedAt = (facts: DeploymentFacts) => facts.openedAt;
  const of = <K extends keyof EnvironmentFolds>(name: K) => folds.map((one) => one[name]);
  const failures = allWithin(period, of('failures'), ({ deployment }) => deployment.openedAt);
  const successes = allWithin(period, of('successes'), openedAt);
  const changes = allWithin(period, of('all'), openedAt).filter(tookTraffic);
  const lives = of('firstLives').flat();
  return {
    environment,
    deploymentFrequency: rateFigure(frame, FREQUENCY, successes.map(ended)),
    changeLeadTime: changeLeadTime(frame, lives, commitsRead),
    changeFailRate: changeFailRate(frame, changes, failures),
    recoveryTime: recoveryTime(frame, failures),
    reworkRate: reworkRate(
      frame,
      successes,
      folds.some(({ labelled }) => labelled),
    ),
  };
}

const ended = (deployment: DeploymentFacts): Observation => ({
  deployment,
  at: deployment.endedAt ?? deployment.openedAt,
  value: 1,
});

function changeFailRate(frame: FigureFrame, changes: readonly DeploymentFacts[], failures: readonly Failure[]): Figure {
  const notes = new Map<DeploymentFacts, string>();
  for (const { deployment, note } of failures) notes.set(deployment, note);
  const observations = changes.map((deployment): Observation => {
    const note = notes.get(deployment) ?? null;
    return { deployment, at: deployment.endedAt ?? deployment.openedAt, value: note === null ? 0 : 1, note };
  });
  const caveats = ['a fault that was repaired by a new deployment alone is not seen'];
  return shareFigure(frame, FAIL_RATE, observations, { listOf: 1, caveats });
}

function recoveryTime(frame: FigureFrame, failures: readonly Failure[]): Figure {
  const observations = failures.map(({ deployment, since, recoveredAt, note }): Observation => {
    const until = recoveredAt ?? frame.period.until;
    const value = Math.max(0, until - since) / 1_000;
    return { deployment, at: since, value, atLeast: recoveredAt === null, note };
  });
  return timeFigure(frame, RECOVERY, observations);
}

/** `labelled`: whether anything in the whole journal is called a revert or a hotfix. */
function reworkRate(frame: FigureFrame, successes: readonly DeploymentFacts[], labelled: boolean): Figure {
  const why = 'nothing says what was unplanned: no revert, no hotfix in the whole journal';
  if (!labelled) return unknownFigure(frame, REWORK, 'share', successes.length, why);
  const observations = successes.map((deployment): Observation => ({
    ...ended(deployment),
    value: deployment.rework === null ? 0 : 1,
    note: deployment.rework,
  }));
  const caveats = ['only what is called a revert or a hotfix is seen'];
  return shareFigure(frame, REWORK, observations, { listOf: 1, caveats });
}
