/** Rolling releases: stages from the configuration as it was at the start, advanced by approval or by time. */
import { id } from './ids.ts';
import { makeLive } from './make-live.ts';
import type { Deployment, Project, RollingConfig, RollingRelease, RollingStage } from './model.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

export type Slots =
  | { readonly availableSlots: 0; readonly reason: 'plan_not_supported'; readonly message: string }
  | { readonly availableSlots: 'unlimited'; readonly reason: 'unlimited_slots'; readonly message: string }
  | {
      readonly availableSlots: 0;
      readonly reason: 'no_available_slots';
      readonly message: string;
      readonly enabledProjects: readonly string[];
    }
  | { readonly availableSlots: number; readonly reason: 'available_slots'; readonly message: string };

export function slotsOf(world: World): Slots {
  const enabledProjects = [...world.projects.values()].filter((one) => one.rollingConfig !== null).map((one) => one.id);
  if (world.plan === 'hobby') {
    return {
      availableSlots: 0,
      reason: 'plan_not_supported',
      message: 'Rolling releases are not available on the Hobby plan.',
    };
  }
  const slots = world.scenario.rollingSlots;
  if (slots === undefined)
    return { availableSlots: 'unlimited', reason: 'unlimited_slots', message: 'Rolling releases are unlimited.' };
  const left = slots - enabledProjects.length;
  if (left > 0)
    return { availableSlots: left, reason: 'available_slots', message: `${left} of ${slots} slots are available.` };
  return {
    availableSlots: 0,
    reason: 'no_available_slots',
    message: 'No slot for rolling releases is left.',
    enabledProjects,
  };
}

/** By the plan, and by the slots for a project that has none yet. */
export function rollingAllowed(world: World, project: Project): boolean {
  return world.plan !== 'hobby' && (project.rollingConfig !== null || slotsOf(world).availableSlots !== 0);
}

export function startRolling(world: World, project: Project, canary: Deployment): RollingRelease {
  const { rollingConfig, live, rolling } = project;
  if (rollingConfig === null || !rollingAllowed(world, project)) {
    throw new Refusal(400, 'bad_request', 'Rolling releases are not enabled for this project.');
  }
  if (rolling?.state === 'ACTIVE')
    throw new Refusal(409, 'conflict', 'A rolling release is already active for this project.');
  if (live === null) throw new Refusal(400, 'bad_request', 'There is no production deployment to roll from.');
  if (canary.readyState !== 'READY' || canary.target !== 'production' || canary.id === live) {
    throw new Refusal(400, 'bad_request', 'The canary must be another production deployment that is ready.');
  }
  const now = Date.now();
  const started: RollingRelease = {
    id: id('rr_'),
    state: 'ACTIVE',
    currentDeploymentId: live,
    canaryDeploymentId: canary.id,
    queuedDeploymentId: null,
    advancementType: rollingConfig.advancementType,
    stages: stagesOf(rollingConfig),
    activeStage: 0,
    startedAt: now,
    updatedAt: now,
  };
  project.rolling = started;
  canary.readySubstate = 'ROLLING';
  canary.aliasAssigned = now;
  enterStage(world, project, started, 0);
  return started;
}

/** The stages of a configuration, with the final one of 100 that it may leave out; durations in seconds. */
export function stagesOf({ stages, advancementType }: RollingConfig): RollingStage[] {
  const whole = stages.at(-1)?.targetPercentage === 100 ? stages : [...stages, { targetPercentage: 100 }];
  return whole.map(({ targetPercentage, duration, linearShift }, index) => ({
    index,
    isFinalStage: index === whole.length - 1,
    targetPercentage,
    requireApproval: advancementType === 'manual-approval' && index < whole.length - 1,
    duration: duration === undefined ? null : duration * 60,
    ...(linearShift === undefined ? {} : { linearShift }),
  }));
}

export function approveStage(world: World, project: Project, nextStageIndex: number, canaryId: string): RollingRelease {
  const rolling = activeOf(project, canaryId);
  if (nextStageIndex !== rolling.activeStage + 1 || !rolling.stages[nextStageIndex]) {
    throw new Refusal(400, 'bad_request', `Stage ${nextStageIndex} is not the next one.`);
  }
  enterStage(world, project, rolling, nextStageIndex);
  return rolling;
}

export function completeRolling(world: World, project: Project, canaryId: string): RollingRelease {
  const rolling = activeOf(project, canaryId);
  enterStage(world, project, rolling, rolling.stages.length - 1);
  return rolling;
}

/** Ends the release that is active, if one is. */
export function settleRolling(world: World, project: Project, state: 'COMPLETE' | 'ABORTED'): void {
  const { rolling } = project;
  if (rolling?.state !== 'ACTIVE') return;
  rolling.state = state;
  rolling.updatedAt = Date.now();
  const canary = world.deployments.get(rolling.canaryDeploymentId);
  if (state === 'ABORTED') {
    if (canary) canary.readySubstate = 'STAGED';
    return;
  }
  if (canary) makeLive(project, canary);
  project.heldByRollback = false;
  const queued = world.deployments.get(rolling.queuedDeploymentId ?? '');
  if (queued) startRolling(world, project, queued);
}

function activeOf(project: Project, canaryId: string): RollingRelease {
  if (project.rolling?.state !== 'ACTIVE') throw new Refusal(404, 'not_found', 'There is no active rolling release.');
  if (project.rolling.canaryDeploymentId !== canaryId) {
    throw new Refusal(400, 'bad_request', 'The canary deployment does not match the active rolling release.');
  }
  return project.rolling;
}

function enterStage(world: World, project: Project, rolling: RollingRelease, index: number): void {
  const stage = rolling.stages[index];
  rolling.activeStage = index;
  rolling.updatedAt = Date.now();
  if (!stage || stage.isFinalStage) return settleRolling(world, project, 'COMPLETE');
  if (rolling.advancementType === 'manual-approval' || stage.duration === null) return;
  world.later((stage.duration / 60) * world.minuteMs, () => {
    const still = rolling.state === 'ACTIVE' && rolling.activeStage === index;
    if (still) enterStage(world, project, rolling, index + 1);
  });
}
