/** Creates a deployment on Vercel for a deployment of ours, once, whatever becomes of the answers. */
import { isProblem, Problem } from '../../core/errors.ts';
import type { TargetContext } from '../target.ts';
import type { DeploymentBrief, Project } from './api-types.ts';
import type { CreateBody } from './deployment-calls.ts';
import type { Content } from './manifest.ts';
import { ownDeployments } from './own-deployments.ts';
import { META, type VercelSetup } from './setup.ts';
import { uploadMissing } from './upload.ts';

const TRIES = 3;

export interface Wanted {
  readonly project: Project;
  /** Folder that the files are in; null where Vercel fetches the commit. */
  readonly root: string | null;
  readonly content: Content;
  readonly manifest: string;
}

/** @throws Problem TARGET_UNREACHABLE, TARGET_FAILED */
export async function createDeployment(
  ctx: TargetContext,
  setup: VercelSetup,
  wanted: Wanted,
): Promise<DeploymentBrief> {
  const body = bodyOf(ctx, setup, wanted);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createOnce(ctx, setup, wanted, body);
    } catch (error) {
      if (!isProblem(error) || !error.unknown || attempt >= TRIES) throw error;
      // The answer was lost: creating is not repeated before having looked whether it took.
      const [made] = await ownDeployments(ctx, setup);
      if (made) return made;
    }
  }
}

async function createOnce(
  ctx: TargetContext,
  setup: VercelSetup,
  { root, content }: Wanted,
  body: CreateBody,
): Promise<DeploymentBrief> {
  const prebuilt = setup.options.how === 'prebuilt';
  let answer = await setup.api.create(body, prebuilt, ctx.signal);
  if ('missing' in answer && root !== null && !('commit' in content)) {
    await uploadMissing(ctx, setup, { root, files: content }, answer.missing);
    answer = await setup.api.create(body, prebuilt, ctx.signal);
  }
  if (!('missing' in answer)) return answer.deployment;
  throw new Problem('TARGET_FAILED', 'Vercel goes on asking for files that were uploaded', {
    why: `${answer.missing.length} digests, the first is ${answer.missing[0] ?? 'none'}`,
    next: 'belay deploy',
    retry: 'later',
  });
}

function bodyOf(ctx: TargetContext, { options }: VercelSetup, { project, content, manifest }: Wanted): CreateBody {
  const { source, deployment } = ctx;
  return {
    name: project.name,
    project: project.id,
    target: 'production',
    ...('commit' in content ? { gitSource: gitSource(ctx, project) } : { files: content }),
    ...(source.commit.startsWith('dir-') ? {} : { gitMetadata: gitMetadata(ctx) }),
    ...(options.regions ? { regions: options.regions } : {}),
    meta: { [META.deployment]: deployment, [META.commit]: source.commit, [META.manifest]: manifest },
    // A build that takes no traffic: production's domains stay where they are.
    autoAssignCustomDomains: false,
  };
}

function gitMetadata({ source: { commit, branch, subject, author } }: TargetContext) {
  return {
    commitSha: commit,
    ...(branch === undefined ? {} : { commitRef: branch }),
    ...(subject === undefined ? {} : { commitMessage: subject }),
    ...(author === undefined ? {} : { commitAuthorName: author }),
    dirty: false,
  };
}

function gitSource({ source: { commit, branch } }: TargetContext, { link, name }: Project) {
  if (!link?.type) {
    throw new Problem('TARGET_FAILED', `The Vercel project ${name} is not connected to a git repository`, {
      why: '`deploy: git` lets Vercel fetch the commit, and it knows of no repository',
      next: 'connect it in the settings of the project, or set `deploy: files`',
      retry: 'after-change',
    });
  }
  const repository = link.repoId === undefined ? { projectId: link.projectId } : { repoId: link.repoId };
  return { type: link.type, ...repository, ref: branch ?? commit, sha: commit };
}
