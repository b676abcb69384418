/** The calls of Vercel's API that this target makes, each as it is documented. Failures are Problems. */
import type { HttpFailure } from '../../util/http.ts';
import type { Project } from './api-types.ts';
import { type Caller, createCaller, inPath } from './call.ts';
import { deploymentCalls } from './deployment-calls.ts';
import type { VercelOptions } from './options.ts';
import { edgeConfigCalls, rollingCalls } from './rolling-calls.ts';

export type VercelApi = ReturnType<typeof createApi>;

export function createApi(options: VercelOptions) {
  const caller = createCaller(options);
  const own = `/v1/projects/${inPath(options.project)}`;
  return {
    changes: () => caller.changes(),
    ...deploymentCalls(caller, options),
    ...rollingCalls(caller, `${own}/rolling-release`),
    ...edgeConfigCalls(caller),
    /** GET /v9/projects/{idOrName} */
    project: (signal: AbortSignal) =>
      caller.json<Project>('GET', `/v9/projects/${inPath(options.project)}`, {
        what: 'show the project',
        signal,
        query: { rollbackInfo: 'true' },
      }),
    /** POST /v10/projects/{projectId}/promote/{deploymentId} */
    promote: (project: string, id: string, signal: AbortSignal) =>
      move(caller, `/v10/projects/${inPath(project)}/promote/${inPath(id)}`, `promote ${id}`, signal),
    /** POST /v1/projects/{projectId}/rollback/{deploymentId} */
    rollBack: (project: string, id: string, signal: AbortSignal) =>
      move(caller, `/v1/projects/${inPath(project)}/rollback/${inPath(id)}`, `roll back to ${id}`, signal),
    /** GET /v1/projects/{projectId}/promote/aliases */
    movedAliases: (project: string, signal: AbortSignal) =>
      caller.json<{ aliases: readonly { alias: string; status: string }[] }>(
        'GET',
        `/v1/projects/${inPath(project)}/promote/aliases`,
        { what: 'show which domains were moved', signal, query: { limit: '20' } },
      ),
    /** POST /v1/projects/{projectId}/pause, …/unpause */
    pause: (project: string, paused: boolean, signal: AbortSignal) =>
      caller.text('POST', `/v1/projects/${inPath(project)}/${paused ? 'pause' : 'unpause'}`, {
        what: paused ? 'pause the project' : 'let the project serve again',
        signal,
        idempotent: true,
      }),
  };
}

/** @returns why Vercel said 409: something else is under way, or (as after a lost answer) it is so already; null: it began */
async function move(caller: Caller, to: string, what: string, signal: AbortSignal): Promise<string | null> {
  let conflict: string | null = null;
  const answers = ({ status, message }: HttpFailure) => {
    if (status !== 409) return undefined;
    conflict = message;
    return message;
  };
  await caller.text('POST', to, { what, signal, body: {}, idempotent: true, answers });
  return conflict;
}
