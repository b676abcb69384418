/** Production's domains: who has them, who gets them, and the jobs that move them (promote, instant rollback). */
import { verdictBefore } from './checks.ts';
import { makeLive } from './make-live.ts';
import type { AliasRequest, Deployment, Project } from './model.ts';
import { Refusal } from './refusal.ts';
import { rollingAllowed, settleRolling, startRolling } from './rolling-release.ts';
import type { World } from './world.ts';

const LOOK_AGAIN_MS = 20;

/** What a finished build gets: domains, a rolling release, or nothing but its own URL. */
export function afterBuild(world: World, project: Project, deployment: Deployment): void {
  const allowed = project.settings['autoAssignCustomDomains'] !== false && !project.heldByRollback;
  if (deployment.target !== 'production') deployment.aliasAssigned = Date.now();
  else if (!deployment.autoAssign || !allowed) stage(deployment, null);
  else if (world.scenario.aliasError) stage(deployment, world.scenario.aliasError);
  else afterChecks(world, project, deployment);
}

function afterChecks(world: World, project: Project, deployment: Deployment): void {
  const verdict = verdictBefore(world, project, deployment, 'deployment-alias');
  if (verdict === 'pass') return release(world, project, deployment);
  if (verdict === 'fail')
    return stage(deployment, { code: 'checks_failed', message: 'A check of the deployment failed.' });
  deployment.checksState ??= 'registered';
  world.later(LOOK_AGAIN_MS, () => afterChecks(world, project, deployment));
}

/** A production build without production's domains. */
function stage(deployment: Deployment, aliasError: Deployment['aliasError']): void {
  deployment.readySubstate = 'STAGED';
  deployment.aliasError = aliasError;
  if (aliasError === null) deployment.aliasAssigned = Date.now();
}

/** By a rolling release where the project is configured for it and there is something to roll from. */
function release(world: World, project: Project, deployment: Deployment): void {
  const rolls =
    project.rollingConfig !== null &&
    project.live !== null &&
    project.live !== deployment.id &&
    rollingAllowed(world, project);
  if (!rolls) return makeLive(project, deployment);
  if (project.rolling?.state === 'ACTIVE') project.rolling.queuedDeploymentId = deployment.id;
  else startRolling(world, project, deployment);
}

/** 201 when the job has begun, 202 when it waits for the rolling release that is active. */
export function requestPromote(world: World, project: Project, deployment: Deployment): 201 | 202 {
  if (deployment.readyState !== 'READY') {
    throw new Refusal(400, 'bad_request', `Deployment is not ready: its state is ${deployment.readyState}.`);
  }
  if (deployment.target !== 'production') {
    throw new Refusal(400, 'bad_request', 'Only production deployments can be promoted.');
  }
  if (project.live === deployment.id && project.rolling?.state !== 'ACTIVE' && !project.heldByRollback) {
    throw new Refusal(409, 'conflict', 'The deployment is already the current production deployment.');
  }
  if (verdictBefore(world, project, deployment, 'deployment-promotion') !== 'pass') {
    throw new Refusal(409, 'conflict', 'A check that blocks promotion has not succeeded for this deployment.');
  }
  if (project.rolling?.state === 'ACTIVE') {
    project.rolling.queuedDeploymentId = deployment.id;
    return 202;
  }
  startJob(world, project, deployment, 'promote', () => {
    project.heldByRollback = false;
    project.rollbackDescription = null;
    release(world, project, deployment);
  });
  return 201;
}

export function requestRollback(
  world: World,
  project: Project,
  deployment: Deployment,
  description: string | null,
): void {
  if (deployment.readyState !== 'READY') {
    throw new Refusal(400, 'bad_request', `Deployment is not ready: its state is ${deployment.readyState}.`);
  }
  const aborts = project.rolling?.state === 'ACTIVE';
  if (project.live === deployment.id && !aborts) {
    throw new Refusal(409, 'conflict', 'The deployment is already the current production deployment.');
  }
  if (!project.promoted.includes(deployment.id)) {
    throw new Refusal(
      422,
      'unprocessable_entity',
      'Only deployments that have been production before can be rolled back to.',
    );
  }
  if (world.plan === 'hobby' && !rollbackCandidates(world, project).includes(deployment.id)) {
    const message = 'To roll back further than the previous production deployment, upgrade to pro.';
    throw new Refusal(402, 'payment_required', message);
  }
  startJob(world, project, deployment, 'rollback', () => {
    settleRolling(world, project, 'ABORTED');
    makeLive(project, deployment);
    project.heldByRollback = true;
    project.rollbackDescription = describe(world, description);
  });
}

/** Newest first, each once. Hobby: only the one before the live one. */
export function rollbackCandidates(world: World, project: Project): string[] {
  const earlier = [...new Set(project.promoted.toReversed())].filter(
    (one) => one !== project.live && world.deployments.has(one),
  );
  return world.plan === 'hobby' ? earlier.slice(0, 1) : earlier;
}

export function describe(world: World, description: string | null): Project['rollbackDescription'] {
  const { uid, username } = world.user;
  return description === null ? null : { userId: uid, username, description, createdAt: Date.now() };
}

/** pending, in-progress, then the effect and `succeeded`, unless the scenario says otherwise. */
function startJob(
  world: World,
  project: Project,
  to: Deployment,
  type: AliasRequest['type'],
  effect: () => void,
): void {
  const busy = project.lastAliasRequest?.jobStatus;
  if (busy === 'pending' || busy === 'in-progress') {
    throw new Refusal(409, 'conflict', 'Another promotion or rollback is in progress for this project.');
  }
  const { promoteStuck, promoteFails, rollbackStuck, rollbackFails } = world.scenario;
  const { stuck, fails } =
    type === 'promote' ? { stuck: promoteStuck, fails: promoteFails } : { stuck: rollbackStuck, fails: rollbackFails };
  const rolling =
    type === 'rollback' && project.rolling?.state === 'ACTIVE' ? { fromRollingReleaseId: project.rolling.id } : {};
  const asked = {
    fromDeploymentId: project.live ?? '',
    toDeploymentId: to.id,
    ...rolling,
    requestedAt: Date.now(),
    type,
  };
  const enter = (jobStatus: AliasRequest['jobStatus']) => (project.lastAliasRequest = { ...asked, jobStatus });
  enter('pending');
  world.later(world.jobMs / 2, () => enter('in-progress'));
  if (stuck) return;
  world.later(world.jobMs, () => {
    if (!fails) effect();
    enter(fails ? 'failed' : 'succeeded');
  });
}
