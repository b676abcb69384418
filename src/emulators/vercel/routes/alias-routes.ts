/** Names that point to a deployment, switched at once. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import { id } from '../ids.ts';
import type { Alias, Deployment } from '../model.ts';
import { notFound, Refusal } from '../refusal.ts';
import { deploymentOf, projectOf, type World } from '../world.ts';
import { pageOf, readBody, versions } from './read-body.ts';

const Body = z.object({
  alias: z.string().regex(/^[a-z0-9.:-]+$/i, 'should be a host'),
  redirect: z.string().nullish(),
});

export function aliasRoutes(world: World): Routes {
  const deployment = ({ params }: EmulatorRequest) => deploymentOf(world, params['deployment']);
  return {
    ...versions('GET', ['/v2', '/now'], '/deployments/:deployment/aliases', (request) => ({
      json: { aliases: ofDeployment(world, deployment(request)).map(short) },
    })),
    ...versions('POST', ['/v2', '/now'], '/deployments/:deployment/aliases', async (request) => {
      const { alias } = await readBody(request, Body);
      return { json: assign(world, deployment(request), alias) };
    }),
    ...versions('GET', ['/v4', '/v3/now'], '/aliases', (request) => {
      const { rows, pagination } = pageOf(request, filtered(world, request.query));
      return { json: { aliases: rows.map((each) => full(world, each)), pagination } };
    }),
    'GET /v4/aliases/:alias': ({ params }) => ({ json: full(world, aliasOf(world, params['alias'])) }),
    'DELETE /v2/aliases/:alias': ({ params }) => {
      world.aliases.delete(aliasOf(world, params['alias']).alias);
      return { json: { status: 'SUCCESS' } };
    },
  };
}

function assign(world: World, deployment: Deployment, alias: string) {
  if (deployment.readyState !== 'READY') {
    throw new Refusal(
      400,
      'deployment_not_ready',
      `The deployment is not ready: its state is ${deployment.readyState}.`,
    );
  }
  const before = world.aliases.get(alias);
  if (before?.deploymentId === deployment.id) {
    const said = { uid: before.uid, alias };
    throw new Refusal(409, 'not_modified', `The alias ${alias} is already assigned to the deployment.`, said);
  }
  if (before && before.projectId !== deployment.projectId) {
    throw new Refusal(403, 'alias_in_use', `The alias ${alias} is used by another project.`);
  }
  const { id: deploymentId, projectId } = deployment;
  const made: Alias = { uid: id('', 24), alias, deploymentId, projectId, createdAt: Date.now() };
  world.aliases.set(alias, made);
  return { ...short(made), oldDeploymentId: before?.deploymentId ?? null };
}

/** With `rollbackDeploymentId`: what a rollback to it would move. */
function filtered(world: World, query: URLSearchParams): Alias[] {
  const project = query.get('projectId') === null ? null : projectOf(world, query.get('projectId') ?? '');
  const moved = query.get('rollbackDeploymentId');
  const projects = [...world.projects.values()].filter((each) => project === null || each === project);
  const productions = projects.flatMap(({ id: projectId, domain, live, createdAt }) =>
    live === null ? [] : [{ uid: projectId, alias: domain, deploymentId: live, projectId, createdAt }],
  );
  const named = [...world.aliases.values()].filter((each) => project === null || each.projectId === project.id);
  return moved === null ? [...productions, ...named] : productions.filter(({ deploymentId }) => deploymentId !== moved);
}

const ofDeployment = (world: World, { id: deploymentId }: Deployment): Alias[] =>
  filtered(world, new URLSearchParams()).filter((each) => each.deploymentId === deploymentId);

function aliasOf(world: World, idOrAlias: string | undefined): Alias {
  const found = filtered(world, new URLSearchParams()).find(
    ({ uid, alias }) => uid === idOrAlias || alias === idOrAlias,
  );
  if (!found) throw notFound('alias');
  return found;
}

const short = ({ uid, alias, createdAt }: Alias) => ({
  uid,
  alias,
  created: new Date(createdAt).toISOString(),
  redirect: null,
});

function full(world: World, { uid, alias, deploymentId, projectId, createdAt }: Alias) {
  const url = world.deployments.get(deploymentId)?.url ?? '';
  const created = new Date(createdAt).toISOString();
  return {
    uid,
    alias,
    deploymentId,
    projectId,
    created,
    createdAt,
    redirect: null,
    deployment: { id: deploymentId, url },
  };
}
