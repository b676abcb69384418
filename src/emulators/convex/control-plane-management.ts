/** The management API, as far as environments are made and listed with it (shapes: @convex-dev/platform 0.1.10). */
import { z } from 'zod';
import type { EmulatorRequest } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import {
  addKey,
  keyPrefix,
  newDeployment,
  newProject,
  nextId,
  type Plane,
  type PlaneDeployment,
  type Project,
  secret,
} from './control-plane-state.ts';
import { badRequest, Refusal } from './refusal.ts';

const CreateProject = z.object({
  projectName: z.string().min(1),
  deploymentType: z.enum(['dev', 'prod']).nullish(),
});
const CreateDeployment = z.object({
  type: z.enum(['dev', 'prod', 'preview', 'custom']),
  reference: z.string().nullish(),
  isDefault: z.boolean().nullish(),
});
const CreateKey = z.object({ name: z.string().min(1) });
const DeleteKey = z.object({ id: z.string() });

export function managementRoutes(plane: Plane): Routes {
  const team =
    (answer: Handler): Handler =>
    (request) => {
      if (request.headers.authorization !== `Bearer ${plane.teamToken}`)
        throw new Refusal(401, 'BadAccessToken', 'The provided access token is not valid.');
      return answer(request);
    };
  return {
    'GET /v1/token_details': team(() => ({ json: { type: 'teamToken', teamId: plane.teamId, name: 'belay' } })),
    'POST /v1/teams/:team/create_project': team((request) => createProject(plane, request)),
    'GET /v1/teams/:team/projects': team(() => ({
      json: {
        items: [...plane.projects.values()].map((project) => showProject(plane, project)),
        pagination: LAST_PAGE,
      },
    })),
    'GET /v1/teams/:team/projects/:slug': team(({ params }) => {
      const found = [...plane.projects.values()].find(({ slug }) => slug === params['slug']);
      if (!found) throw new Refusal(404, 'ProjectNotFound', 'Project not found');
      return { json: showProject(plane, found) };
    }),
    'GET /v1/projects/:id': team((request) => ({ json: showProject(plane, projectOf(plane, request)) })),
    'GET /v1/projects/:id/list_deployments': team((request) => {
      const project = projectOf(plane, request);
      return { json: [...plane.deployments.values()].filter((one) => one.project === project).map(showDeployment) };
    }),
    'POST /v1/projects/:id/create_deployment': team((request) => createDeployment(plane, request)),
    'POST /v1/projects/:id/create_preview_deploy_key': team((request) => ({
      json: { previewDeployKey: projectOf(plane, request).previewKey },
    })),
    'GET /v1/deployments/:name': team((request) => ({ json: showDeployment(deploymentOf(plane, request)) })),
    'POST /v1/deployments/:name/delete': team((request) => remove(plane, request)),
    'POST /v1/deployments/:name/create_deploy_key': team((request) => createKey(plane, request)),
    'GET /v1/deployments/:name/list_deploy_keys': team((request) => {
      const { name } = deploymentOf(plane, request);
      const keys = plane.keys.filter(({ deployment }) => deployment === name);
      return {
        json: keys.map(({ id, name: keyName, createTime }) => ({
          id,
          name: keyName,
          creationTime: createTime,
          allowedActions: [],
        })),
      };
    }),
    'POST /v1/deployments/:name/delete_deploy_key': team((request) => deleteKey(plane, request)),
  };
}

const LAST_PAGE = { hasMore: false, nextCursor: null };

function projectOf(plane: Plane, { params }: EmulatorRequest): Project {
  const found = plane.projects.get(Number(params['id']));
  if (!found) throw new Refusal(404, 'ProjectNotFound', 'Project not found');
  return found;
}

function deploymentOf(plane: Plane, { params }: EmulatorRequest): PlaneDeployment {
  const found = plane.deployments.get(params['name'] ?? '');
  if (!found) throw new Refusal(404, 'DeploymentNotFound', 'Deployment not found');
  return found;
}

async function createProject(plane: Plane, request: EmulatorRequest) {
  const { projectName, deploymentType } = CreateProject.parse(await request.json());
  const project = newProject(plane, projectName);
  const first = deploymentType && (await newDeployment(plane, project, firstOf(deploymentType)));
  return {
    json: {
      id: project.id,
      projectId: project.id,
      slug: project.slug,
      deploymentName: first?.name ?? null,
      deploymentUrl: first?.emulator.url ?? null,
    },
  };
}

const firstOf = (type: 'dev' | 'prod') =>
  ({ type, reference: type === 'prod' ? 'production' : 'dev/emulated', isDefault: true }) as const;

async function createDeployment(plane: Plane, request: EmulatorRequest) {
  const wanted = CreateDeployment.parse(await request.json());
  const project = projectOf(plane, request);
  const reference = wanted.reference ?? `${wanted.type}/${nextId(plane)}`;
  const others = [...plane.deployments.values()].filter((one) => one.project === project);
  if (others.some((one) => one.reference === reference))
    throw badRequest('DeploymentReferenceTaken', `The project already has a deployment "${reference}".`);
  const isDefault = wanted.isDefault ?? false;
  return { json: showDeployment(await newDeployment(plane, project, { type: wanted.type, reference, isDefault })) };
}

async function createKey(plane: Plane, request: EmulatorRequest) {
  const { name } = CreateKey.parse(await request.json());
  const deployment = deploymentOf(plane, request);
  const deployKey = `${keyPrefix(deployment.type)}:${deployment.name}|${secret()}`;
  deployment.emulator.allow(deployKey);
  addKey(plane, name, deployKey, deployment.name);
  return { json: { deployKey } };
}

/** By its secret value, or by the name that it was given. Revoked at once. */
async function deleteKey(plane: Plane, request: EmulatorRequest) {
  const { id } = DeleteKey.parse(await request.json());
  const deployment = deploymentOf(plane, request);
  const at = plane.keys.findIndex(
    (one) => [one.id, one.name, one.key].includes(id) && one.deployment === deployment.name,
  );
  if (at === -1) throw new Refusal(404, 'DeployKeyNotFound', 'Deploy key not found');
  const [gone] = plane.keys.splice(at, 1);
  if (gone) deployment.emulator.allow(gone.key, false);
  return {};
}

async function remove(plane: Plane, request: EmulatorRequest) {
  const deployment = deploymentOf(plane, request);
  plane.deployments.delete(deployment.name);
  await deployment.emulator.close();
  return {};
}

function showProject(plane: Plane, { id, name, slug, createTime }: Project) {
  return { id, name, slug, teamId: plane.teamId, teamSlug: plane.team, createTime };
}

function showDeployment(deployment: PlaneDeployment) {
  const { id, name, type, reference, isDefault, project, createTime, emulator } = deployment;
  return {
    kind: 'cloud',
    id,
    name,
    projectId: project.id,
    deploymentType: type,
    deploymentUrl: emulator.url,
    reference,
    isDefault,
    region: 'emulated-1',
    class: 's16',
    createTime,
    creator: null,
    previewIdentifier: type === 'preview' ? reference.replace(/^preview\//, '') : null,
  };
}
