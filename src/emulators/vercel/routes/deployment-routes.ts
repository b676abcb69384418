/** Files, deployments, their events. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorReply, EmulatorRequest } from '../../http/request.ts';
import { enter } from '../build.ts';
import { CreateBody, createDeployment } from '../create-deployment.ts';
import { eventsOf, followEvents } from '../events.ts';
import type { Deployment } from '../model.ts';
import { rollbackCandidates } from '../production.ts';
import { Refusal } from '../refusal.ts';
import { listedDeployment, showDeployment } from '../show-deployment.ts';
import { keepUpload } from '../uploads.ts';
import { deploymentOf, projectOf, type World } from '../world.ts';
import { pageOf, readBody, versions } from './read-body.ts';

const ENDED = new Set(['READY', 'ERROR', 'CANCELED']);

export function deploymentRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => deploymentOf(world, params['deployment']);
  return {
    'POST /v2/files': (request) => upload(world, request),
    'POST /v13/deployments': async (request) => {
      const body = await readBody(request, CreateBody);
      const prebuilt = request.query.get('prebuilt') === '1';
      const projectId = request.query.get('projectId') ?? undefined;
      return { json: showDeployment(world, await createDeployment(world, body, { prebuilt, projectId })) };
    },
    'GET /v13/deployments/:deployment': (request) => ({ json: showDeployment(world, one(request)) }),
    'DELETE /v13/deployments/:deployment': async (request) => ({ json: await remove(world, one(request)) }),
    'PATCH /v12/deployments/:deployment/cancel': (request) => ({ json: showDeployment(world, cancel(one(request))) }),
    ...versions('GET', ['/v6', '/v7'], '/deployments', (request) => ({ json: list(world, request) })),
    ...versions('GET', ['/v2', '/v3', '/v3/now'], '/deployments/:deployment/events', (request) =>
      events(request, one(request)),
    ),
    'GET /v11/deployments/:deployment/builds': (request) => ({ json: { builds: builds(one(request)) } }),
  };
}

async function upload(world: World, request: EmulatorRequest): Promise<EmulatorReply> {
  const { headers } = request;
  const sha = headers['x-vercel-digest'] ?? headers['x-now-digest'];
  const size = headers['x-now-size'] ?? headers['content-length'];
  if (typeof sha !== 'string') throw new Refusal(400, 'bad_request', 'The header `x-vercel-digest` is missing');
  await keepUpload(world.home, await request.bytes(), { sha, size: size === undefined ? undefined : Number(size) });
  return { json: { urls: [] } };
}

const States = z.enum(['BUILDING', 'ERROR', 'INITIALIZING', 'QUEUED', 'READY', 'CANCELED', 'BLOCKED']);

function list(world: World, request: EmulatorRequest) {
  const { query } = request;
  const asked = query.get('projectId') ?? query.get('app');
  const project = asked === null ? null : projectOf(world, asked);
  const states = query
    .get('state')
    ?.split(',')
    .map((state) => States.parse(state));
  const candidates = new Set(
    (project ? [project] : [...world.projects.values()]).flatMap((each) => rollbackCandidates(world, each)),
  );
  const target = query.get('target');
  const fits = (each: Deployment) =>
    (project === null || each.projectId === project.id) &&
    (target === null || (each.target ?? 'preview') === target) &&
    (states === undefined || states.includes(each.readyState)) &&
    (query.get('sha') === null || each.meta['githubCommitSha'] === query.get('sha')) &&
    (query.get('branch') === null || each.meta['githubCommitRef'] === query.get('branch')) &&
    metaFits(each, query) &&
    (query.get('rollbackCandidate') !== 'true' || candidates.has(each.id));
  const { rows, pagination } = pageOf(request, [...world.deployments.values()].filter(fits));
  return { deployments: rows.map((each) => listedDeployment(world, each, candidates.has(each.id))), pagination };
}

/** `meta-KEY=value`, as the command line's `ls --meta` asks. */
function metaFits({ meta }: Deployment, query: URLSearchParams): boolean {
  return [...query].every(([name, value]) => !name.startsWith('meta-') || meta[name.slice('meta-'.length)] === value);
}

function cancel(deployment: Deployment): Deployment {
  if (ENDED.has(deployment.readyState)) {
    throw new Refusal(400, 'bad_request', `Deployment is ${deployment.readyState} and cannot be canceled.`);
  }
  deployment.stopBuild.abort();
  deployment.canceledAt = Date.now();
  enter(deployment, 'CANCELED');
  return deployment;
}

async function remove(world: World, deployment: Deployment) {
  const project = world.projects.get(deployment.projectId);
  if (project?.live === deployment.id) project.live = null;
  for (const { alias, deploymentId } of world.aliases.values()) {
    if (deploymentId === deployment.id) world.aliases.delete(alias);
  }
  world.deployments.delete(deployment.id);
  deployment.stopBuild.abort();
  await deployment.site.stop();
  return { uid: deployment.id, state: 'DELETED' };
}

function events(request: EmulatorRequest, deployment: Deployment): EmulatorReply {
  const { accept = '' } = request.headers;
  const asked = accept.includes('stream+json') && !accept.includes('application/json');
  const lines = request.query.get('format') === 'lines' || asked;
  if (request.query.get('follow') === '1' || lines) {
    const stream = followEvents(deployment, request.query.get('follow') === '1');
    return { stream, headers: { 'content-type': 'application/stream+json' } };
  }
  return { json: eventsOf(deployment) };
}

function builds({ id, readyState, createdAt, ready }: Deployment) {
  return [
    {
      id: `bld_${id.slice(4)}`,
      deploymentId: id,
      entrypoint: '.',
      readyState,
      createdAt,
      readyStateAt: ready ?? createdAt,
      output: [],
    },
  ];
}
