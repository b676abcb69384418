/** Workflows: dispatched, listed, cancelled. */
import { z } from 'zod';
import type { EmulatorRequest } from '../../http/request.ts';
import type { Routes } from '../../http/routes.ts';
import { paged } from '../page.ts';
import { notFound, readBody, Refusal } from '../refusal.ts';
import { showRun } from '../show-repository.ts';
import { commitOf, type WorkflowRun, type World } from '../world.ts';

const REPO = '/repos/:owner/:repo';
const Dispatch = z.object({ ref: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) });
const Event = z.object({
  event_type: z.string().max(100),
  client_payload: z.record(z.string(), z.unknown()).default({}),
});

export function actionRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => {
    const found = world.runs.find(({ id }) => String(id) === params['id']);
    if (!found) throw notFound();
    return found;
  };
  const start = (made: Pick<WorkflowRun, 'workflow' | 'event' | 'ref' | 'sha' | 'inputs'>) => {
    const number = world.runs.length + 1;
    world.runs.push({ ...made, id: world.nextId(), number, createdAt: Date.now(), status: 'queued', conclusion: null });
    return { status: 204 };
  };
  return {
    [`POST ${REPO}/actions/workflows/:workflow/dispatches`]: async (request) => {
      const workflow = request.params['workflow'] ?? '';
      if (!world.workflows.includes(workflow)) throw notFound();
      const { ref, inputs } = await readBody(request, 'WorkflowDispatch', Dispatch);
      const sha = await commitOf(world, ref);
      if (sha === null && world.repository !== null) throw new Refusal(422, `No ref found for: ${ref}`);
      return start({ workflow, event: 'workflow_dispatch', ref, sha: sha ?? '0'.repeat(40), inputs });
    },
    [`POST ${REPO}/dispatches`]: async (request) => {
      const { event_type, client_payload } = await readBody(request, 'RepositoryDispatch', Event);
      const sha = (await commitOf(world, world.defaultBranch)) ?? '0'.repeat(40);
      return start({
        workflow: event_type,
        event: 'repository_dispatch',
        ref: world.defaultBranch,
        sha,
        inputs: client_payload,
      });
    },
    [`GET ${REPO}/actions/runs`]: (request) => {
      const { query } = request;
      const fits = ({ event, status }: WorkflowRun) =>
        (query.get('event') ?? event) === event && (query.get('status') ?? status) === status;
      return paged(world.url, request, world.runs.filter(fits).toReversed(), (page, total) => ({
        total_count: total,
        workflow_runs: page.map((each) => showRun(world, each)),
      }));
    },
    [`GET ${REPO}/actions/runs/:id`]: (request) => ({ json: showRun(world, one(request)) }),
    [`POST ${REPO}/actions/runs/:id/cancel`]: (request) => {
      const run = one(request);
      if (run.status === 'completed') throw new Refusal(409, 'Cannot cancel a workflow run that is completed.');
      run.status = 'completed';
      run.conclusion = 'cancelled';
      return { status: 202, json: {} };
    },
  };
}
