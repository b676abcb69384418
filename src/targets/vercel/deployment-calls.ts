/** The calls about files and deployments, each as it is documented. */
import type { HttpFailure } from '../../util/http.ts';
import type { BuildEvent, Deployment, ListedDeployment, ManifestFile } from './api-types.ts';
import { parseEvents } from './build-events.ts';
import { type Caller, inPath, unlessGone } from './call.ts';
import type { VercelOptions } from './options.ts';

export interface CreateBody {
  readonly name: string;
  readonly project: string;
  readonly target: 'production';
  readonly files?: readonly ManifestFile[];
  readonly gitSource?: Readonly<Record<string, unknown>>;
  readonly gitMetadata?: Readonly<Record<string, unknown>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly regions?: readonly string[];
  readonly autoAssignCustomDomains: false;
}

/** `missing`: digests to upload before it is asked again. */
export type Created = { readonly deployment: Deployment } | { readonly missing: readonly string[] };

const UPLOAD_LIMIT_MS = 5 * 60_000;

export const deploymentCalls = (caller: Caller, options: VercelOptions) => ({
  ...creatingCalls(caller),
  ...lookingCalls(caller, options),
});

function creatingCalls(caller: Caller) {
  return {
    /** POST /v2/files */
    upload: (sha: string, bytes: Uint8Array, signal: AbortSignal) =>
      caller.text('POST', '/v2/files', {
        what: 'take a file',
        signal,
        body: bytes,
        headers: { 'content-type': 'application/octet-stream', 'x-vercel-digest': sha },
        // By its digest: the same bytes twice are one file.
        idempotent: true,
        limitMs: UPLOAD_LIMIT_MS,
      }),
    /** POST /v13/deployments */
    create: (body: CreateBody, prebuilt: boolean, signal: AbortSignal) =>
      caller
        .json<Deployment | Created>('POST', '/v13/deployments', {
          what: 'create the deployment',
          signal,
          body,
          query: { forceNew: '1', skipAutoDetectionConfirmation: '1', ...(prebuilt ? { prebuilt: '1' } : {}) },
          answers: missingFiles,
        })
        .then((answer): Created => ('missing' in answer ? answer : { deployment: answer as Deployment })),
  };
}

function missingFiles({ status, code, body }: HttpFailure): Created | undefined {
  if (status !== 400 || code !== 'missing_files') return undefined;
  return { missing: (body as { error?: { missing?: readonly string[] } }).error?.missing ?? [] };
}

function lookingCalls(caller: Caller, { project }: VercelOptions) {
  return {
    /** GET /v13/deployments/{idOrUrl}; null when it is gone */
    deployment: (id: string, signal: AbortSignal) =>
      caller.json<Deployment | null>('GET', `/v13/deployments/${inPath(id)}`, {
        what: `show ${id}`,
        signal,
        answers: unlessGone,
      }),
    /** GET /v6/deployments, newest first */
    deployments: async (query: Readonly<Record<string, string>>, signal: AbortSignal) =>
      (
        await caller.json<{ deployments: readonly ListedDeployment[] }>('GET', '/v6/deployments', {
          what: 'list deployments',
          signal,
          query: { projectId: project, limit: '100', ...query },
        })
      ).deployments,
    /** GET /v3/deployments/{idOrUrl}/events, from `since` on (milliseconds); some may be older */
    events: async (id: string, since: number, signal: AbortSignal): Promise<readonly BuildEvent[]> =>
      parseEvents(
        await caller.text('GET', `/v3/deployments/${inPath(id)}/events`, {
          what: `show the build of ${id}`,
          signal,
          query: { direction: 'forward', limit: '-1', builds: '1', since: String(since) },
          answers: ({ status }) => (status === 404 ? '' : undefined),
        }),
      ),
    /** PATCH /v12/deployments/{id}/cancel; what has ended cannot be cancelled, and need not be */
    cancel: (id: string, signal: AbortSignal) =>
      caller.text('PATCH', `/v12/deployments/${inPath(id)}/cancel`, {
        what: `cancel ${id}`,
        signal,
        idempotent: true,
        answers: ({ status }) => ([400, 404, 409].includes(status) ? '' : undefined),
      }),
    /** DELETE /v13/deployments/{id}; already gone is fine */
    remove: (id: string, signal: AbortSignal) =>
      caller.text('DELETE', `/v13/deployments/${inPath(id)}`, {
        what: `delete ${id}`,
        signal,
        answers: ({ status }) => (status === 404 ? '' : undefined),
      }),
  };
}
