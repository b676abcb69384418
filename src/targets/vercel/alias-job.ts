/** Waits for the job that moves production's domains, and tells how it ended. */
import { isProblem, Problem } from '../../core/errors.ts';
import type { TargetContext } from '../target.ts';
import type { AliasRequest, Project } from './api-types.ts';
import { patience } from './patience.ts';
import type { VercelSetup } from './setup.ts';

const LIMIT_MS = 5 * 60_000;
/** A request that was taken shows within seconds as the latest job. */
const BEGIN_LIMIT_MS = 30_000;

export interface Moving {
  /** Deployment id that is to become production. */
  readonly release: string;
  /** The latest job from before ours was asked for; null: the latest one is ours. */
  readonly earlier: AliasRequest | null;
  /** What Vercel said against it; null: nothing. */
  readonly conflict: string | null;
}

const same = (a: AliasRequest | null, b: AliasRequest | null): boolean =>
  a?.requestedAt === b?.requestedAt && a?.toDeploymentId === b?.toDeploymentId;

/** @throws Problem TARGET_FAILED, TIMEOUT, INTERRUPTED */
export async function settleMove(ctx: TargetContext, setup: VercelSetup, moving: Moving): Promise<Project> {
  const pause = patience(ctx.signal, 'Moving production');
  const began = performance.now();
  for (;;) {
    const project = await setup.api.project(ctx.signal);
    const job = project.lastAliasRequest ?? null;
    const isNew = moving.earlier === null || !same(job, moving.earlier);
    const waited = performance.now() - began;
    if (job && isNew) {
      if (job.toDeploymentId !== moving.release) throw overtaken(job, moving.release);
      if (job.jobStatus === 'failed') throw await failed(ctx, setup, project, moving.release);
      if (job.jobStatus === 'succeeded' || job.jobStatus === 'skipped') return project;
    } else if (project.targets?.production?.id === moving.release) return project;
    else if (moving.conflict !== null) throw inConflict(moving.conflict, moving.release);
    if (waited > (isNew ? LIMIT_MS : BEGIN_LIMIT_MS)) throw stuck(job, isNew, moving.release, waited);
    await pause();
  }
}

/** Waits until a job is no longer the one that is under way, however it ends. @throws Problem TIMEOUT, INTERRUPTED */
export async function awaitEnd(ctx: TargetContext, { api }: VercelSetup, awaited: AliasRequest): Promise<void> {
  const pause = patience(ctx.signal, 'Moving production');
  const began = performance.now();
  for (;;) {
    const job = (await api.project(ctx.signal)).lastAliasRequest ?? null;
    if (!job || !same(job, awaited) || !['pending', 'in-progress'].includes(job.jobStatus)) return;
    const waited = performance.now() - began;
    if (waited > LIMIT_MS) throw stuck(job, true, awaited.toDeploymentId, waited);
    await pause();
  }
}

function inConflict(why: string, release: string): Problem {
  const what = `Vercel did not move production to ${release}`;
  return new Problem('TARGET_FAILED', what, { why, next: 'belay status', retry: 'later' });
}

function overtaken({ toDeploymentId, type }: AliasRequest, release: string): Problem {
  return new Problem('TARGET_FAILED', `Somebody else moved production while it was to go to ${release}`, {
    why: `a ${type} to ${toDeploymentId} was asked for meanwhile`,
    live: toDeploymentId,
    next: 'belay status',
    retry: 'after-change',
  });
}

async function failed(ctx: TargetContext, { api }: VercelSetup, project: Project, release: string): Promise<Problem> {
  const told = await Promise.all([api.deployment(release, ctx.signal), api.movedAliases(project.id, ctx.signal)]).catch(
    (error: unknown) => {
      // The failure itself is what people need; that its details cannot be read is told in their place.
      if (isProblem(error)) return error;
      throw error;
    },
  );
  const [deployment, moved] = told instanceof Problem ? [null, null] : told;
  const { aliasError = null } = deployment ?? {};
  return new Problem('TARGET_FAILED', `Vercel could not move production to ${release}`, {
    why: aliasError ? `${aliasError.message} (${aliasError.code})` : 'its job failed, and it gives no reason',
    next: 'check the domains of the project on Vercel, then: belay status',
    retry: 'after-change',
    details:
      told instanceof Problem
        ? [`details: ${told.message}`]
        : (moved?.aliases ?? []).map(({ alias, status }) => `${alias}: ${status}`),
  });
}

function stuck(job: AliasRequest | null, isNew: boolean, release: string, waited: number): Problem {
  const seconds = Math.round(waited / 1_000);
  return new Problem('TIMEOUT', `Production did not move to ${release} within ${seconds} s`, {
    why:
      isNew && job
        ? `Vercel says that its ${job.type} is ${job.jobStatus}`
        : 'Vercel does not show that it was asked to',
    next: 'belay status',
    unknown: true,
  });
}
