/** Requests to an application's own HTTP routes (`convex/http.ts`), which the vendor serves on `*.convex.site`. */
import { randomBytes } from 'node:crypto';
import type { EmulatorReply, EmulatorRequest } from '../http/request.ts';
import type { Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { Refusal } from './refusal.ts';
import { definitionAt } from './revision.ts';

const NONE = 'This Convex deployment does not have HTTP actions enabled.';

export async function httpAction(deployment: Deployment, request: EmulatorRequest): Promise<EmulatorReply> {
  const { engine } = deployment;
  if (deployment.paused || !engine)
    throw new Refusal(503, 'BackendIsNotRunning', 'Cannot perform this operation when the backend is not running');
  // Nobody's function runs, and nothing is logged: the vendor does not tell bots from visitors.
  if (!definitionAt(deployment.live, '')?.functions['http.js']) return { status: 404, text: NONE };
  const logLines: string[] = [];
  const requestId = randomBytes(8).toString('hex');
  const begun = Date.now();
  const reply = await deployment.lines.run(logLines, () => run(engine, request, requestId));
  const failed = 'failure' in reply ? reply.failure : null;
  deployment.logs.add({
    kind: 'Completion',
    udfType: 'HttpAction',
    identifier: `${request.method} /${request.params['rest'] ?? ''}`,
    componentPath: null,
    timestamp: begun / 1000,
    executionTime: (Date.now() - begun) / 1000,
    success: failed === null ? { status: String(reply.status ?? 200) } : null,
    error: failed,
    requestId,
    logLines,
    cachedResult: false,
  });
  deployment.changed();
  return reply;
}

type Run = EmulatorReply | (EmulatorReply & { readonly failure: string });

async function run(engine: Engine, request: EmulatorRequest, requestId: string): Promise<Run> {
  const query = request.query.size > 0 ? `?${request.query}` : '';
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const init = {
    method: request.method,
    headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
    ...(hasBody ? { body: new Uint8Array(await request.bytes()) } : {}),
  };
  try {
    const answer = await engine.fetch(`/${request.params['rest'] ?? ''}${query}`, init);
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !LENGTHS.has(name)));
    return { status: answer.status, headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const trace = `Uncaught ${error instanceof Error ? error.name : 'Error'}: ${message}`;
    const json = { code: `[Request ID: ${requestId}] Server Error: ${message}`, trace };
    return { status: 500, json, failure: trace };
  }
}

/** Of the body as it was; it is sent anew. */
const LENGTHS = new Set(['content-length', 'content-encoding', 'transfer-encoding']);
