/** Gives production's traffic to a release: by promotion, by instant rollback, or by ending a rolling release. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import type { Project } from './api-types.ts';
import { awaitEnd, settleMove } from './alias-job.ts';
import { writeEdgeSplit } from './edge-split.ts';
import { rollbackNotes } from './notes.ts';
import { patience, unlessLost } from './patience.ts';
import { lookAtProduction, type Production } from './production.ts';
import { recall, rememberMove } from './recent-look.ts';
import { restoreRollingConfig } from './rolling-config.ts';
import { META, type VercelSetup } from './setup.ts';

const ROLLING_LIMIT_MS = 60_000;

/** Null: the project is paused, the only way in which Vercel lets it serve nothing. */
export async function activateRelease(
  ctx: TargetContext,
  setup: VercelSetup,
  release: ReleaseRef | null,
): Promise<void> {
  const before = await lookWhenStill(ctx, setup, release);
  if (release === null) return takeOffline(ctx, setup, before);
  // Back to the stable release nobody need wait for a job; to the candidate, its visitors keep it meanwhile.
  if (before.split?.by === 'edge-config' && before.split.stable.id === release.id)
    await writeEdgeSplit(setup, null, ctx.signal);
  await switchTo(ctx, setup, before, release);
  if (before.split?.by === 'edge-config') await writeEdgeSplit(setup, null, ctx.signal);
  if (before.project.paused) await setup.api.pause(before.project.id, false, ctx.signal);
  await restoreRollingConfig(ctx, setup);
}

/** A move that this deployment has begun, in a process that died or was stopped, is let end: none begins before. */
async function lookWhenStill(ctx: TargetContext, setup: VercelSetup, release: ReleaseRef | null): Promise<Production> {
  const before = recall(setup, 'before') ?? (await lookAtProduction(setup, ctx.signal));
  const job = before.project.lastAliasRequest;
  if (!job || !isMoving(before) || job.toDeploymentId === release?.id) return before;
  const under = await setup.api.deployment(job.toDeploymentId, ctx.signal);
  if (under?.meta?.[META.deployment] !== ctx.deployment) return before;
  ctx.say(`waiting for the ${job.type} to ${job.toDeploymentId} to end`);
  await awaitEnd(ctx, setup, job);
  return lookAtProduction(setup, ctx.signal);
}

async function takeOffline(ctx: TargetContext, { api }: VercelSetup, { project, live }: Production): Promise<void> {
  if (live === null) return;
  ctx.say(`pausing the project: Vercel cannot take production back from its first release in another way`);
  await api.pause(project.id, true, ctx.signal);
}

async function switchTo(
  ctx: TargetContext,
  setup: VercelSetup,
  before: Production,
  release: ReleaseRef,
): Promise<void> {
  const { project, rolling } = before;
  const [stable, canary] = [rolling?.currentDeployment?.id, rolling?.canaryDeployment?.id];
  if (rolling && canary === release.id) return completeRolling(ctx, setup, release.id);
  // Instant rollback to the stable release is also how a rolling release is aborted.
  if (rolling && stable === release.id) return void (await move(ctx, setup, before, { release, how: 'rollback' }));
  if (rolling) throw foreignRelease(stable, canary);
  if (project.targets?.production?.id === release.id && !isMoving(before)) return;
  const how = (await wasProduction(ctx, setup, before, release)) ? 'rollback' : 'promote';
  const { rollingRelease } = await move(ctx, setup, before, { release, how });
  // A project that is set to roll out slowly does so with a promotion too, and here everybody is to have it.
  const begun = rollingRelease ? await setup.api.rolling(ctx.signal) : null;
  if (begun?.canaryDeployment?.id === release.id) await completeRolling(ctx, setup, release.id);
}

const isMoving = ({ project: { lastAliasRequest } }: Production): boolean =>
  lastAliasRequest?.jobStatus === 'pending' || lastAliasRequest?.jobStatus === 'in-progress';

interface Move {
  readonly release: ReleaseRef;
  readonly how: 'promote' | 'rollback';
}

async function move(
  ctx: TargetContext,
  setup: VercelSetup,
  before: Production,
  { release, how }: Move,
): Promise<Project> {
  const { project } = before;
  const request = project.lastAliasRequest;
  const asked = isMoving(before) && request?.toDeploymentId === release.id;
  if (how === 'rollback') for (const note of rollbackNotes(project)) ctx.say(note);
  const ask = how === 'promote' ? setup.api.promote : setup.api.rollBack;
  const conflict = asked ? null : await ask(project.id, release.id, ctx.signal);
  // Whatever the answer said: what production does is looked at.
  const moved = await settleMove(ctx, setup, {
    release: release.id,
    earlier: asked ? null : (request ?? null),
    conflict,
  });
  rememberMove(setup, moved);
  return moved;
}

/** Vercel rolls back only to what has been production, and promotes what has not. */
async function wasProduction(
  ctx: TargetContext,
  { api }: VercelSetup,
  { project }: Production,
  { id }: ReleaseRef,
): Promise<boolean> {
  if (project.lastAliasRequest?.fromDeploymentId === id) return true;
  const deployment = await api.deployment(id, ctx.signal);
  if (deployment) return deployment.readySubstate === 'PROMOTED';
  throw new Problem('RELEASE_PRUNED', `Vercel has no deployment ${id} any more`, {
    why: 'it was deleted, by a person or by the retention of the project',
    next: 'belay releases',
  });
}

async function completeRolling(ctx: TargetContext, setup: VercelSetup, id: string): Promise<void> {
  await unlessLost(setup.api.completeRolling(id, ctx.signal));
  const pause = patience(ctx.signal, 'Completing the rolling release');
  const until = performance.now() + ROLLING_LIMIT_MS;
  for (;;) {
    const { rolling, project } = await lookAtProduction(setup, ctx.signal);
    if (!rolling && project.targets?.production?.id === id) return;
    if (performance.now() > until) {
      throw new Problem('TIMEOUT', `The rolling release of ${id} did not end within ${ROLLING_LIMIT_MS / 1_000} s`, {
        why: rolling ? 'Vercel says that it is still active' : 'it ended, and production is another deployment',
        next: 'belay status',
        unknown: true,
      });
    }
    await pause();
  }
}

export function foreignRelease(stable: string | undefined, canary: string | undefined): Problem {
  return new Problem('TARGET_FAILED', 'A rolling release that is not of this deployment is active on Vercel', {
    why: `it moves production from ${stable ?? 'nothing'} to ${canary ?? 'nothing'}; somebody else has started it`,
    next: 'complete or abort it on Vercel, then: belay deploy',
    retry: 'after-change',
  });
}
