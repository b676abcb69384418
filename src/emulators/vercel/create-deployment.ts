/** POST /v13/deployments: from uploaded files, prebuilt output, a Git source, or an earlier deployment. */
import { z } from 'zod';
import { afterBuild } from './production.ts';
import { build, enter } from './build.ts';
import { deploymentDoor, openDoor } from './doors.ts';
import { id } from './ids.ts';
import type { Deployment, EnvVariable, Project, SourceFile } from './model.ts';
import { processSite } from './process-site.ts';
import { Refusal } from './refusal.ts';
import { createProject } from './projects.ts';
import { prebuiltSite } from './prebuilt-site.ts';
import { staticSite } from './static-site.ts';
import { isUploaded, keepUpload } from './uploads.ts';
import { deploymentIn, deploymentOf, folderOf, projectOf, type World } from './world.ts';

const Meta = z.record(z.string(), z.string());
const File = z.union([
  z.object({ file: z.string(), sha: z.string(), size: z.number(), mode: z.number().optional() }),
  z.object({
    file: z.string(),
    data: z.string(),
    encoding: z.enum(['base64', 'utf-8']).optional(),
    mode: z.number().optional(),
  }),
]);

export const CreateBody = z.object({
  name: z.string().max(100),
  project: z.string().optional(),
  target: z.string().nullish(),
  customEnvironmentSlugOrId: z.string().optional(),
  files: z.array(File).optional(),
  gitSource: z.looseObject({ type: z.string(), ref: z.string().nullish(), sha: z.string().nullish() }).optional(),
  gitMetadata: z.looseObject({}).nullish(),
  meta: Meta.optional(),
  regions: z.array(z.string()).optional(),
  /** Redeploys that deployment with the environment of today. */
  deploymentId: z.string().optional(),
  autoAssignCustomDomains: z.boolean().optional(),
  version: z.number().optional(),
});
export type CreateBody = z.infer<typeof CreateBody>;

export interface CreateOptions {
  readonly prebuilt: boolean;
  /** Which project, where the body names none: the vendor takes the name. */
  readonly projectId?: string | undefined;
}

/** Answers at once with QUEUED; the build goes on by itself. 400 `missing_files` names what must be uploaded first. */
export async function createDeployment(world: World, body: CreateBody, options: CreateOptions): Promise<Deployment> {
  if (world.scenario.quota) {
    const message =
      'Resource is limited - try again in 24 hours (more than 100, code: "api-deployments-free-per-day").';
    throw new Refusal(402, 'api-deployments-free-per-day', message);
  }
  const project = await projectFor(world, body, options);
  const again =
    body.deploymentId === undefined ? null : deploymentIn(world, project, deploymentOf(world, body.deploymentId).id);
  const files = again ? again.files : await filesOf(world, body);
  if (files.length === 0 && !body.gitSource && !again?.gitSource) {
    throw new Refusal(400, 'bad_request', 'Invalid request: `files` or `gitSource` is needed.');
  }
  const custom = customEnvironmentOf(project, body);
  const deployment = await assemble(world, project, {
    target: body.target === 'production' || body.target === 'staging' ? body.target : null,
    customEnvironmentId: custom?.id ?? null,
    source: again ? 'redeploy' : body.gitSource ? 'git' : 'cli',
    autoAssign: body.autoAssignCustomDomains !== false,
    prebuilt: options.prebuilt || (again?.prebuilt ?? false),
    files,
    gitSource: body.gitSource ?? again?.gitSource ?? null,
    meta: { ...again?.meta, ...body.meta, ...metaOf(body) },
    regions: body.regions ?? again?.regions ?? project.regions,
  });
  world.later(world.jobMs / 2, () => {
    const finish = () => {
      if (deployment.readyState !== 'READY') return;
      world.later(world.jobMs / 2, () => afterBuild(world, project, deployment));
    };
    // `build` never throws.
    void build(world, project, deployment).then(finish);
  });
  return deployment;
}

async function projectFor(world: World, body: CreateBody, { projectId }: CreateOptions): Promise<Project> {
  const named = projectId ?? body.project;
  if (named !== undefined) return projectOf(world, named);
  const known = [...world.projects.values()].find(({ id: one, name }) => name === body.name || one === body.name);
  return known ?? createProject(world, { name: body.name });
}

async function filesOf(world: World, body: CreateBody): Promise<SourceFile[]> {
  const kept: SourceFile[] = [];
  const missing: string[] = [];
  for (const one of body.files ?? []) {
    if ('data' in one) {
      const upload = await keepUpload(world.home, Buffer.from(one.data, one.encoding ?? 'utf8'));
      kept.push({ ...upload, file: one.file, ...(one.mode === undefined ? {} : { mode: one.mode }) });
    } else if (isUploaded(world.home, one.sha)) {
      kept.push({
        file: one.file,
        sha: one.sha,
        size: one.size,
        ...(one.mode === undefined ? {} : { mode: one.mode }),
      });
    } else {
      missing.push(one.sha);
    }
  }
  if (missing.length > 0) throw new Refusal(400, 'missing_files', 'Missing files', { missing: [...new Set(missing)] });
  return kept;
}

function customEnvironmentOf(project: Project, body: CreateBody) {
  const asked =
    body.customEnvironmentSlugOrId ??
    (['production', 'preview', undefined, null].includes(body.target) ? undefined : body.target);
  if (asked === undefined || asked === null) return null;
  const found = project.customEnvironments.find(({ id: one, slug }) => one === asked || slug === asked);
  if (!found && asked !== 'staging')
    throw new Refusal(404, 'not_found', `The custom environment "${asked}" was not found`);
  return found ?? null;
}

/** The vendor keeps what the Git metadata says as `meta` with the provider's prefix. */
function metaOf({ gitMetadata, gitSource }: CreateBody): Record<string, string> {
  const said: Record<string, string> = {};
  const { commitSha, commitRef, commitMessage } = { ...gitMetadata };
  if (typeof commitSha === 'string') said['githubCommitSha'] = commitSha;
  if (typeof commitRef === 'string') said['githubCommitRef'] = commitRef;
  if (typeof commitMessage === 'string') said['githubCommitMessage'] = commitMessage;
  if (typeof gitSource?.sha === 'string') said['githubCommitSha'] = gitSource.sha;
  return said;
}

type Parts = Pick<
  Deployment,
  'target' | 'customEnvironmentId' | 'source' | 'autoAssign' | 'prebuilt' | 'files' | 'gitSource' | 'meta' | 'regions'
>;

async function assemble(world: World, project: Project, parts: Parts): Promise<Deployment> {
  const deploymentId = id('dpl_', 28);
  const folder = folderOf(world, deploymentId);
  const door = await openDoor(world, deploymentDoor(world, deploymentId));
  const stopBuild = new AbortController();
  const env = environmentOf(project, parts, { id: deploymentId, url: door.host });
  const deployment: Deployment = {
    ...parts,
    id: deploymentId,
    name: project.name,
    projectId: project.id,
    url: door.host,
    createdAt: Date.now(),
    env,
    folder,
    stopBuild,
    site: siteFor(world, project, parts.prebuilt, folder, env, (text) => {
      deployment.events.push({ type: 'stdout', created: Date.now(), text });
    }),
    events: [],
    readyState: 'QUEUED',
    readySubstate: null,
    buildingAt: Date.now(),
    ready: null,
    canceledAt: null,
    aliasAssigned: null,
    aliasError: null,
    checksState: null,
    checksConclusion: null,
    error: null,
    crons: [],
  };
  enter(deployment, 'QUEUED');
  world.deployments.set(deploymentId, deployment);
  world.closers.add(async () => {
    stopBuild.abort();
    await deployment.site.stop();
  });
  return deployment;
}

function siteFor(
  world: World,
  project: Project,
  prebuilt: boolean,
  folder: string,
  env: Readonly<Record<string, string>>,
  onLine: (text: string) => void,
) {
  if (prebuilt) return prebuiltSite({ folder, env: () => ({ ...world.environment, ...env }), onLine });
  if (project.start === null) return staticSite(() => folder);
  return processSite({ command: project.start, cwd: folder, env: () => ({ ...world.environment, ...env }), onLine });
}

/** The project's variables for this target, as they are now, and the system's own. */
function environmentOf(
  project: Project,
  parts: Parts,
  made: { readonly id: string; readonly url: string },
): Record<string, string> {
  const fits = ({ target, customEnvironmentIds }: EnvVariable) =>
    parts.customEnvironmentId === null
      ? target.includes(parts.target === 'production' ? 'production' : 'preview')
      : customEnvironmentIds.includes(parts.customEnvironmentId);
  return {
    ...Object.fromEntries(project.env.filter(fits).map(({ key, value }) => [key, value])),
    VERCEL: '1',
    VERCEL_ENV: parts.target === 'production' ? 'production' : 'preview',
    VERCEL_TARGET_ENV: parts.target ?? 'preview',
    VERCEL_URL: made.url,
    VERCEL_PROJECT_PRODUCTION_URL: project.domain,
    VERCEL_DEPLOYMENT_ID: made.id,
    VERCEL_PROJECT_ID: project.id,
    VERCEL_REGION: parts.regions[0] ?? 'iad1',
    ...(parts.meta['githubCommitSha'] === undefined ? {} : { VERCEL_GIT_COMMIT_SHA: parts.meta['githubCommitSha'] }),
  };
}
