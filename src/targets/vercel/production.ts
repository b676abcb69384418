/** What production serves now: the live deployment, and the one beside it while its traffic is shared. */
import type { DeploymentBrief, Project, RollingRelease } from './api-types.ts';
import { readEdgeSplit } from './edge-split.ts';
import type { VercelSetup } from './setup.ts';

export interface Split {
  readonly by: 'rolling-release' | 'edge-config';
  readonly stable: DeploymentBrief;
  readonly candidate: DeploymentBrief;
  /** The candidate's, from 0 to 1. */
  readonly share: number;
}

export interface Production {
  readonly project: Project;
  /** What most visitors get; null when there is nothing, or the project is paused. */
  readonly live: DeploymentBrief | null;
  readonly split: Split | null;
  /** The rolling release that is active, whoever started it. */
  readonly rolling: RollingRelease | null;
}

/**
 * One read, and one more where traffic may be shared: by what the project is set to, or because `sharing` is what is
 * asked about (rolling releases that were turned off while one was active leave it active).
 */
export async function lookAtProduction(setup: VercelSetup, signal: AbortSignal, sharing = false): Promise<Production> {
  const project = await setup.api.project(signal);
  const rolling = project.rollingRelease || sharing ? await setup.api.rolling(signal) : null;
  const current = project.targets?.production ?? null;
  const split = splitOf(rolling) ?? (await readEdgeSplit(setup, current, signal));
  const most = split && split.share >= 0.5 ? split.candidate : (split?.stable ?? current);
  return { project, live: project.paused ? null : most, split, rolling };
}

function splitOf(rolling: RollingRelease | null): Split | null {
  if (!rolling?.currentDeployment || !rolling.canaryDeployment) return null;
  const share = (rolling.activeStage?.targetPercentage ?? 0) / 100;
  return { by: 'rolling-release', stable: rolling.currentDeployment, candidate: rolling.canaryDeployment, share };
}
