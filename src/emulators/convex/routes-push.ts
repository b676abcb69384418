/** The deploy protocol over HTTP. */
import { z } from 'zod';
import type { EmulatorRequest } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { demandKey } from './access.ts';
import type { Deployment } from './deployment.ts';
import { evaluateSchema } from './evaluate-schema.ts';
import { PushRequest } from './push-request.ts';
import { evaluatePush, FinishPush, finishPush, startPush, WaitForSchema, waitForSchema } from './pushes.ts';
import { badRequest } from './refusal.ts';
import { definitionAt, hashOf, loadRevision } from './revision.ts';

const Keyed = z.object({ adminKey: z.string() });

export function pushRoutes(deployment: Deployment): Routes {
  const keyed =
    <Shape extends z.ZodType>(shape: Shape, answer: (body: z.infer<Shape>) => unknown): Handler =>
    async (request) => ({ json: await answer(await readKeyed(deployment, request, shape)) });
  const configHashes = keyed(Keyed, () => hashesOf(deployment));
  return {
    'POST /api/get_config_hashes': configHashes,
    'POST /api/get_config': configHashes,
    'POST /api/deploy2/evaluate_schema': keyed(PushRequest, async (push) =>
      evaluateSchema(deployment.live, await loadRevision(deployment.folder, push, deployment.live), deployment.dataOf),
    ),
    'POST /api/deploy2/evaluate_push': keyed(PushRequest, (push) => evaluatePush(deployment, push)),
    'POST /api/deploy2/start_push': keyed(PushRequest, (push) => startPush(deployment, push)),
    'POST /api/deploy2/wait_for_schema': keyed(WaitForSchema, (body) => waitForSchema(deployment, body)),
    'POST /api/deploy2/finish_push': keyed(FinishPush, (body) => finishPush(deployment, body)),
    'POST /api/deploy2/report_push_completed': keyed(Keyed, () => null),
  };
}

/** These calls carry the key in their body: the vendor reads it there. */
async function readKeyed<Shape extends z.ZodType>(
  deployment: Deployment,
  request: EmulatorRequest,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const body = await request.json();
  demandKey(deployment, Keyed.safeParse(body).data?.adminKey ?? null);
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  throw badRequest('BadJsonBody', `The request body is not as expected: ${z.prettifyError(read.error)}`);
}

function hashesOf(deployment: Deployment) {
  const app = definitionAt(deployment.live, '');
  return {
    config: { functions: 'convex/' },
    moduleHashes: (app?.modules ?? []).map((module) => ({
      path: module.path,
      environment: module.environment,
      hash: hashOf(module),
    })),
    nodeDependencies: deployment.live?.nodeDependencies ?? [],
    nodeVersion: deployment.live?.nodeVersion ?? null,
    udfServerVersion: app?.udfServerVersion ?? null,
  };
}
