/** Checks, version 2: registered with a project, run for a deployment. */
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import { type Check, type CheckRun, createRun, updateRun } from '../checks.ts';
import { id } from '../ids.ts';
import { notFound } from '../refusal.ts';
import { deploymentOf, projectOf, type World } from '../world.ts';
import { readBody } from './read-body.ts';

const DEFAULT_TIMEOUT_S = 300;
const NewCheck = z.object({
  name: z.string(),
  isRerequestable: z.boolean().default(false),
  requires: z.enum(['build-ready', 'deployment-url', 'none']).default('build-ready'),
  blocks: z
    .enum(['build-start', 'deployment-start', 'deployment-alias', 'deployment-promotion', 'none'])
    .default('none'),
  targets: z.array(z.string()).default(['production', 'preview']),
  source: z.looseObject({ kind: z.string() }).default({ kind: 'webhook' }),
  timeout: z.number().default(DEFAULT_TIMEOUT_S),
});
const RunChange = z.looseObject({
  status: z.enum(['queued', 'running', 'completed']).optional(),
  conclusion: z.enum(['canceled', 'skipped', 'timeout', 'failed', 'neutral', 'succeeded']).optional(),
});

export function checkRoutes(world: World): Routes {
  const project = ({ params }: EmulatorRequest) => projectOf(world, params['project']);
  const deployment = ({ params }: EmulatorRequest) => deploymentOf(world, params['deployment']);
  const check = (checkId: string | undefined) => {
    const found = world.checks.get(checkId ?? '');
    if (!found) throw notFound('check');
    return found;
  };
  const run = ({ params }: EmulatorRequest) => {
    const found = world.checkRuns.get(params['run'] ?? '');
    if (!found) throw notFound('check run');
    return found;
  };
  const runs = (fits: (each: CheckRun) => boolean) =>
    [...world.checkRuns.values()].filter(fits).map((each) => showRun(world, each));
  return {
    'GET /v2/projects/:project/checks': (request) => {
      const checks = [...world.checks.values()].filter(({ projectId }) => projectId === project(request).id);
      return { json: { checks: checks.map((each) => showCheck(world, each)) } };
    },
    'POST /v2/projects/:project/checks': async (request) => {
      const now = Date.now();
      const made: Check = {
        ...(await readBody(request, NewCheck)),
        id: id('chk_'),
        projectId: project(request).id,
        createdAt: now,
        updatedAt: now,
      };
      world.checks.set(made.id, made);
      return { json: showCheck(world, made) };
    },
    'GET /v2/projects/:project/checks/:check': ({ params }) => ({ json: showCheck(world, check(params['check'])) }),
    'DELETE /v2/projects/:project/checks/:check': ({ params }) => {
      world.checks.delete(check(params['check']).id);
      return { json: {} };
    },
    'GET /v2/deployments/:deployment/check-runs': (request) => {
      const { id: wanted } = deployment(request);
      return { json: { runs: runs(({ deploymentId }) => deploymentId === wanted) } };
    },
    'POST /v2/deployments/:deployment/check-runs': async (request) => {
      const { checkId } = await readBody(request, z.object({ checkId: z.string() }));
      return { json: showRun(world, createRun(world, deployment(request), check(checkId))) };
    },
    'GET /v2/deployments/:deployment/check-runs/:run': (request) => ({ json: showRun(world, run(request)) }),
    'PATCH /v2/deployments/:deployment/check-runs/:run': async (request) => {
      const { status, conclusion, ...said } = await readBody(request, RunChange);
      const change = {
        ...(status === undefined ? {} : { status }),
        ...(conclusion === undefined ? {} : { conclusion }),
        said,
      };
      updateRun(world, run(request), change);
      return { json: showRun(world, run(request)) };
    },
  };
}

const showCheck = (world: World, check: Check) => ({
  ...check,
  ownerId: world.team.id,
  sourceKind: check.source['kind'],
});

function showRun(world: World, { check, said, id: runId, ...run }: CheckRun) {
  const { id: checkId, createdAt: _created, updatedAt: _updated, isRerequestable: _again, ...rest } = check;
  return { ...rest, ...said, ...run, id: runId, checkId, ownerId: world.team.id };
}
