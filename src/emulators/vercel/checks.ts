/** Checks of others that hold a deployment back: before its domains are assigned, or before it is promoted. */
import { id } from './ids.ts';
import type { Deployment, Project } from './model.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

export interface Check {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly isRerequestable: boolean;
  readonly requires: 'build-ready' | 'deployment-url' | 'none';
  readonly blocks: 'build-start' | 'deployment-start' | 'deployment-alias' | 'deployment-promotion' | 'none';
  readonly targets: readonly string[];
  readonly source: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly timeout: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type Conclusion = 'canceled' | 'skipped' | 'timeout' | 'failed' | 'neutral' | 'succeeded';

export interface CheckRun {
  readonly id: string;
  readonly check: Check;
  readonly deploymentId: string;
  readonly createdAt: number;
  updatedAt: number;
  status: 'queued' | 'running' | 'completed';
  conclusion?: Conclusion;
  /** What the check says of itself: text, links, output. */
  said: Readonly<Record<string, unknown>>;
}

const GOOD: readonly (Conclusion | undefined)[] = ['succeeded', 'neutral', 'skipped'];

export function createRun(world: World, deployment: Deployment, check: Check): CheckRun {
  const now = Date.now();
  const run: CheckRun = {
    id: id('run_'),
    check,
    deploymentId: deployment.id,
    createdAt: now,
    updatedAt: now,
    status: 'queued',
    said: {},
  };
  world.checkRuns.set(run.id, run);
  deployment.checksState = 'running';
  return run;
}

export function updateRun(
  world: World,
  run: CheckRun,
  change: Partial<Pick<CheckRun, 'status' | 'conclusion' | 'said'>>,
): void {
  if (change.status === 'completed' && change.conclusion === undefined) {
    throw new Refusal(400, 'bad_request', 'Invalid request: `conclusion` is needed when `status` is completed.');
  }
  Object.assign(run, change, { said: { ...run.said, ...change.said }, updatedAt: Date.now() });
  const deployment = world.deployments.get(run.deploymentId);
  const runs = [...world.checkRuns.values()].filter(({ deploymentId }) => deploymentId === run.deploymentId);
  if (!deployment || runs.some(({ status }) => status !== 'completed')) return;
  deployment.checksState = 'completed';
  deployment.checksConclusion = runs.every(({ conclusion }) => GOOD.includes(conclusion)) ? 'succeeded' : 'failed';
}

/** `pass` where nothing holds the deployment back at this point; `wait` until every check has a run that is completed. */
export function verdictBefore(
  world: World,
  project: Project,
  deployment: Deployment,
  point: 'deployment-alias' | 'deployment-promotion',
): 'pass' | 'wait' | 'fail' {
  const target = deployment.target ?? 'preview';
  const blocking = [...world.checks.values()].filter(
    (check) => check.projectId === project.id && check.blocks === point && check.targets.includes(target),
  );
  const latest = blocking.map((check) =>
    [...world.checkRuns.values()].findLast((run) => run.check.id === check.id && run.deploymentId === deployment.id),
  );
  if (latest.some((run) => run?.status === 'completed' && !GOOD.includes(run.conclusion))) return 'fail';
  return latest.every((run) => run?.status === 'completed') ? 'pass' : 'wait';
}
