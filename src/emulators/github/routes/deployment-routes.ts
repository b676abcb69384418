/** Deployments, their statuses, environments. */
import { z } from 'zod';
import type { EmulatorReply, EmulatorRequest } from '../../http/request.ts';
import type { Routes } from '../../http/routes.ts';
import { paged } from '../page.ts';
import { notFound, readBody, Refusal } from '../refusal.ts';
import { showDeployment, showDeploymentStatus, showEnvironment } from '../show.ts';
import { type Deployment, type Environment, mustBeCommit, type World } from '../world.ts';

const REPO = '/repos/:owner/:repo';
const NewDeployment = z.object({
  ref: z.string(),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).nullish(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().default('production'),
  description: z.string().nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  target_url: z.string().default(''),
  log_url: z.string().optional(),
  environment_url: z.string().default(''),
  environment: z.string().optional(),
  description: z.string().max(140).default(''),
  auto_inactive: z.boolean().default(true),
});
const Protection = z.object({
  wait_timer: z.number().int().min(0).max(43_200).default(0),
  prevent_self_review: z.boolean().default(false),
  reviewers: z.array(z.object({ type: z.string(), id: z.number() })).nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
});

export function deploymentRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => {
    const found = world.deployments.find(({ id }) => String(id) === params['id']);
    if (!found) throw notFound();
    return found;
  };
  return {
    [`GET ${REPO}/deployments`]: (request) => {
      const page = world.deployments.filter((each) => fits(each, request.query)).toReversed();
      return paged(world.url, request, page, (rows) => rows.map((each) => showDeployment(world, each)));
    },
    [`POST ${REPO}/deployments`]: async (request) =>
      create(world, await readBody(request, 'Deployment', NewDeployment)),
    [`GET ${REPO}/deployments/:id`]: (request) => ({ json: showDeployment(world, one(request)) }),
    [`DELETE ${REPO}/deployments/:id`]: (request) => remove(world, one(request)),
    [`GET ${REPO}/deployments/:id/statuses`]: (request) => {
      const deployment = one(request);
      return paged(world.url, request, deployment.statuses, (rows) =>
        rows.map((each) => showDeploymentStatus(world, deployment, each)),
      );
    },
    [`POST ${REPO}/deployments/:id/statuses`]: async (request) => {
      const body = await readBody(request, 'DeploymentStatus', NewStatus);
      return { status: 201, json: addStatus(world, one(request), body) };
    },
    [`GET ${REPO}/deployments/:id/statuses/:status`]: (request) => {
      const status = one(request).statuses.find(({ id }) => String(id) === request.params['status']);
      if (!status) throw notFound();
      return { json: showDeploymentStatus(world, one(request), status) };
    },
    ...environmentRoutes(world),
  };
}

/** A query may name each of these; what it does not name fits. */
function fits({ sha, ref, task, environment }: Deployment, query: URLSearchParams): boolean {
  return Object.entries({ sha, ref, task, environment }).every(([name, value]) => (query.get(name) ?? value) === value);
}

/** 202: the default branch was merged instead. 409: a status of the commit is not a success. */
async function create(world: World, body: z.infer<typeof NewDeployment>): Promise<EmulatorReply> {
  const sha = await mustBeCommit(world, body.ref);
  if (body.auto_merge && world.scenario.behindDefaultBranch) {
    return { status: 202, json: { message: `Auto-merged ${world.defaultBranch} into ${body.ref} on deployment.` } };
  }
  const wanted = body.required_contexts;
  const latest = new Map(world.statuses.filter((each) => each.sha === sha).map((each) => [each.context, each.state]));
  const contexts = wanted ?? [...latest.keys()];
  if (contexts.some((context) => latest.get(context) !== 'success')) {
    const errors = contexts.map((context) => ({
      resource: 'Deployment',
      field: 'required_contexts',
      code: `invalid: ${context}`,
    }));
    throw new Refusal(409, `Conflict: Commit status checks failed for ${body.ref}.`, errors);
  }
  const now = Date.now();
  const made: Deployment = {
    id: world.nextId(),
    sha,
    ref: body.ref,
    task: body.task,
    environment: body.environment,
    description: body.description ?? null,
    payload: body.payload,
    transient: body.transient_environment,
    production: body.production_environment ?? body.environment === 'production',
    createdAt: now,
    updatedAt: now,
    statuses: [],
  };
  world.deployments.push(made);
  ensureEnvironment(world, made.environment);
  return { status: 201, json: showDeployment(world, made) };
}

function remove(world: World, deployment: Deployment): EmulatorReply {
  const active = deployment.statuses[0]?.state === 'success';
  if (active && world.deployments.length > 1)
    throw new Refusal(
      422,
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    );
  world.deployments.splice(world.deployments.indexOf(deployment), 1);
  return { status: 204 };
}

/** A success takes the place of the earlier ones: they become inactive, except where production keeps them. */
function addStatus(world: World, deployment: Deployment, body: z.infer<typeof NewStatus>) {
  const push = (to: Deployment, state: string, said = { description: '', logUrl: '', environmentUrl: '' }) => {
    const status = { id: world.nextId(), state, environment: to.environment, createdAt: Date.now(), ...said };
    to.statuses.unshift(status);
    to.updatedAt = status.createdAt;
    return status;
  };
  const said = {
    description: body.description,
    logUrl: body.log_url ?? body.target_url,
    environmentUrl: body.environment_url,
  };
  const made = push(deployment, body.state, said);
  if (body.state === 'success' && body.auto_inactive) {
    for (const earlier of world.deployments) {
      const kept = earlier === deployment || earlier.transient || earlier.production;
      const rival = !kept && earlier.environment === deployment.environment;
      if (rival && earlier.statuses[0]?.state === 'success') push(earlier, 'inactive');
    }
  }
  return showDeploymentStatus(world, deployment, made);
}

function environmentRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => {
    const found = world.environments.find(({ name }) => name === params['name']);
    if (!found) throw notFound();
    return found;
  };
  return {
    [`GET ${REPO}/environments`]: (request) =>
      paged(world.url, request, world.environments, (rows, total) => ({
        total_count: total,
        environments: rows.map((each) => showEnvironment(world, each)),
      })),
    [`GET ${REPO}/environments/:name`]: (request) => ({ json: showEnvironment(world, one(request)) }),
    [`PUT ${REPO}/environments/:name`]: async (request) => {
      const body = await readBody(request, 'Environment', Protection);
      const before = ensureEnvironment(world, request.params['name'] ?? '');
      const after: Environment = {
        ...before,
        waitTimer: body.wait_timer,
        preventSelfReview: body.prevent_self_review,
        branchPolicy: body.deployment_branch_policy ?? null,
      };
      world.environments.splice(world.environments.indexOf(before), 1, after);
      return { json: showEnvironment(world, after) };
    },
    [`DELETE ${REPO}/environments/:name`]: (request) => {
      world.environments.splice(world.environments.indexOf(one(request)), 1);
      return { status: 204 };
    },
  };
}

/** A deployment makes the environment that it names. */
function ensureEnvironment(world: World, name: string): Environment {
  const found = world.environments.find((each) => each.name === name);
  if (found) return found;
  const made = {
    id: world.nextId(),
    name,
    waitTimer: 0,
    preventSelfReview: false,
    branchPolicy: null,
    createdAt: Date.now(),
  };
  world.environments.push(made);
  return made;
}
