/** Projects: list, create, read, change, pause, protection bypass, custom environments, domains. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import { id } from '../ids.ts';
import type { Project } from '../model.ts';
import { createProject } from '../projects.ts';
import { notFound, Refusal } from '../refusal.ts';
import { showProject } from '../show-project.ts';
import { projectOf, type World } from '../world.ts';
import { pageOf, readBody, versions } from './read-body.ts';

const Settings = z.looseObject({
  name: z.string().optional(),
  serverlessFunctionRegion: z.string().nullish(),
  resourceConfig: z.looseObject({ functionDefaultRegions: z.array(z.string()).min(1).optional() }).optional(),
  skewProtectionMaxAge: z.number().int().min(0).optional(),
});
const Bypass = z.object({
  generate: z.object({ secret: z.string().length(32).optional(), note: z.string().optional() }).optional(),
  revoke: z.object({ secret: z.string(), regenerate: z.boolean() }).optional(),
});

export function projectRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => projectOf(world, params['project']);
  const setPaused = (paused: boolean) => (request: EmulatorRequest) => {
    one(request).paused = paused;
    return {};
  };
  return {
    ...versions('GET', ['/v10', '/v9', ''], '/projects', (request) => {
      const search = request.query.get('search') ?? '';
      const { rows, pagination } = pageOf(
        request,
        [...world.projects.values()].filter(({ name }) => name.includes(search)),
      );
      return { json: { projects: rows.map((each) => showProject(world, each)), pagination } };
    }),
    ...versions('POST', ['/v11', '/v10', '/v9', '/v1', ''], '/projects', async (request) => {
      const { name = '', ...settings } = await readBody(request, Settings);
      return { json: showProject(world, await createProject(world, { name, settings })) };
    }),
    ...versions('GET', ['/v9', ''], '/projects/:project', (request) => ({ json: showProject(world, one(request)) })),
    ...versions('PATCH', ['/v9', ''], '/projects/:project', async (request) => {
      const project = one(request);
      change(project, await readBody(request, Settings));
      return { json: showProject(world, project) };
    }),
    ...versions('DELETE', ['/v9', ''], '/projects/:project', (request) => {
      world.projects.delete(one(request).id);
      return { status: 204 };
    }),
    'POST /v1/projects/:project/pause': setPaused(true),
    'POST /v1/projects/:project/unpause': setPaused(false),
    'PATCH /v1/projects/:project/protection-bypass': async (request) => {
      const project = one(request);
      changeBypass(world, project, await readBody(request, Bypass));
      return { json: { protectionBypass: project.protectionBypass } };
    },
    ...versions('GET', ['/v9', ''], '/projects/:project/custom-environments', (request) => ({
      json: { accountLimit: { total: 12 }, environments: environments(one(request)) },
    })),
    'POST /v9/projects/:project/custom-environments': async (request) => {
      const { slug, description = '' } = await readBody(
        request,
        z.object({ slug: z.string(), description: z.string().optional() }),
      );
      const made = { id: id('env_'), slug, description, createdAt: Date.now() };
      one(request).customEnvironments.push(made);
      return { status: 201, json: shown(made) };
    },
    ...versions('GET', ['/v9', ''], '/projects/:project/domains', (request) => ({ json: domains(one(request)) })),
  };
}

function change(
  project: Project,
  { name, serverlessFunctionRegion, resourceConfig, ...settings }: z.infer<typeof Settings>,
): void {
  if (name !== undefined) project.name = name;
  if (serverlessFunctionRegion) project.regions = [serverlessFunctionRegion];
  if (resourceConfig?.functionDefaultRegions) project.regions = resourceConfig.functionDefaultRegions;
  project.settings = { ...project.settings, ...settings };
  project.updatedAt = Date.now();
}

function changeBypass(world: World, project: Project, { generate, revoke }: z.infer<typeof Bypass>): void {
  if (revoke) {
    if (!Object.hasOwn(project.protectionBypass, revoke.secret)) throw notFound('secret');
    const { [revoke.secret]: _gone, ...left } = project.protectionBypass;
    project.protectionBypass = left;
  }
  if (generate === undefined && revoke?.regenerate !== true) return;
  const secret = generate?.secret ?? id('', 32);
  if (Object.hasOwn(project.protectionBypass, secret)) throw new Refusal(409, 'conflict', 'The secret exists already.');
  const made = { scope: 'automation-bypass', createdAt: Date.now(), createdBy: world.user.uid };
  project.protectionBypass = { ...project.protectionBypass, [secret]: made };
}

const shown = (environment: Project['customEnvironments'][number]) => ({
  ...environment,
  updatedAt: environment.createdAt,
  type: 'preview' as const,
});

const environments = ({ customEnvironments }: Project) => customEnvironments.map(shown);

function domains({ domain, id: projectId, name, createdAt }: Project) {
  const own = {
    name: domain,
    apexName: domain,
    projectId,
    projectName: name,
    redirect: null,
    gitBranch: null,
    verified: true,
    createdAt,
    updatedAt: createdAt,
  };
  return { domains: [own], pagination: { count: 1, next: null, prev: null } };
}
