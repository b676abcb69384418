/** Promote, instant rollback, and how their jobs stand. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorReply, EmulatorRequest } from '../../http/request.ts';
import type { Project } from '../model.ts';
import { describe, requestPromote, requestRollback } from '../production.ts';
import { notFound, Refusal } from '../refusal.ts';
import { deploymentIn, projectOf, type World } from '../world.ts';
import { readBody, versions } from './read-body.ts';

const MAX_DESCRIPTION = 250;

export function productionRoutes(world: World): Routes {
  const both = ({ params }: EmulatorRequest) => {
    const project = projectOf(world, params['project']);
    return { project, deployment: deploymentIn(world, project, params['deployment']) };
  };
  return {
    'POST /v10/projects/:project/promote/:deployment': (request) => {
      const { project, deployment } = both(request);
      return { status: requestPromote(world, project, deployment) };
    },
    ...versions('POST', ['/v1', '/v9'], '/projects/:project/rollback/:deployment', (request): EmulatorReply => {
      const { project, deployment } = both(request);
      requestRollback(world, project, deployment, checked(request.query.get('description')));
      return { status: 201 };
    }),
    'PATCH /v1/projects/:project/rollback/:deployment/update-description': async (request) => {
      const { project, deployment } = both(request);
      if (!project.heldByRollback || project.live !== deployment.id) throw notFound('rollback');
      const { description } = await readBody(request, z.object({ description: z.string().optional() }));
      project.rollbackDescription = describe(world, checked(description ?? request.query.get('description')));
      return {};
    },
    ...versions('GET', ['/v1', '/v9'], '/projects/:project/promote/aliases', (request) => ({
      json: jobAliases(request, world),
    })),
    'GET /v9/projects/:project/rollback/aliases': (request) => ({ json: jobAliases(request, world) }),
  };
}

function checked(description: string | null): string | null {
  if ((description?.length ?? 0) <= MAX_DESCRIPTION) return description;
  throw new Refusal(
    400,
    'bad_request',
    `Invalid request: \`description\` is longer than ${MAX_DESCRIPTION} characters.`,
  );
}

/** How the job stands for each name that it moves. */
function jobAliases({ params, query }: EmulatorRequest, world: World) {
  const project = projectOf(world, params['project']);
  const aliases = rows(project).filter(({ status }) => query.get('failedOnly') !== 'true' || status === 'failed');
  return { aliases, pagination: { count: aliases.length, next: null, prev: null } };
}

function rows({ lastAliasRequest, domain, id }: Project) {
  if (lastAliasRequest === null) return [];
  const status = {
    pending: 'pending',
    'in-progress': 'in-progress',
    succeeded: 'completed',
    failed: 'failed',
    skipped: 'completed',
  };
  return [
    { alias: domain, id, status: status[lastAliasRequest.jobStatus], deploymentId: lastAliasRequest.toDeploymentId },
  ];
}
