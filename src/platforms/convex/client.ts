/**
 * The wire protocol of a Convex deployment, as the vendor's command line 1.48.0 speaks it: one function a call, no waiting.
 * `start_push` answers with the secret variables of the deployment: its answer is handed on, and never shown.
 */
import { brotliCompress, constants } from 'node:zlib';
import { promisify } from 'node:util';
import { createHttp, HttpFailure, type HttpRequest } from '../../util/http.ts';
import { CLIENT, type ConvexAddress } from './deployment.ts';
import { toProblem } from './problems.ts';
import type { ModuleHash, PushRequest } from './push-request.ts';
import type { SchemaEvaluation } from './schema-evaluation.ts';

export type SchemaWait =
  | { readonly type: 'complete' }
  | { readonly type: 'raceDetected' }
  | { readonly type: 'failed'; readonly error: string; readonly tableName?: string }
  | {
      readonly type: 'inProgress';
      readonly components: Readonly<
        Record<
          string,
          {
            readonly schemaValidationComplete: boolean;
            readonly indexesComplete: number;
            readonly indexesTotal: number;
          }
        >
      >;
    };

/** What `start_push` answered: opaque, and full of secrets. */
export interface StartedPush {
  readonly schemaChange: unknown;
  readonly [key: string]: unknown;
}

export interface FunctionAnswer {
  readonly status: 'success' | 'error';
  readonly value?: unknown;
  readonly errorMessage?: string;
}

export interface ConvexClient {
  readonly url: string;
  /** Answers without a key: whether anybody is there. */
  version(signal: AbortSignal): Promise<string>;
  modules(signal: AbortSignal): Promise<readonly ModuleHash[]>;
  /** What this schema would mean for the data that is there. Null where the deployment cannot tell. Writes nothing. */
  evaluateSchema(request: PushRequest, signal: AbortSignal): Promise<SchemaEvaluation | null>;
  startPush(request: PushRequest, signal: AbortSignal): Promise<StartedPush>;
  /** Answers when it is done, or after ten seconds with how far it is. */
  waitForSchema(started: StartedPush, signal: AbortSignal): Promise<SchemaWait>;
  finishPush(started: StartedPush, message: string, signal: AbortSignal): Promise<void>;
  /** A function with the admin's rights: internal and system functions as well. */
  call(
    kind: 'query' | 'mutation' | 'action' | 'function',
    path: string,
    args: unknown,
    signal: AbortSignal,
  ): Promise<FunctionAnswer>;
  pause(signal: AbortSignal): Promise<void>;
  unpause(signal: AbortSignal): Promise<void>;
  /** Any other call. @throws Problem */
  send(doing: string, method: string, path: string, request?: HttpRequest): Promise<Response>;
}

const compress = promisify(brotliCompress);
const SCHEMA_WAIT_MS = 10_000;
/** Uploading and analysing a large application takes a while. */
const PUSH_LIMIT_MS = 5 * 60_000;
/** A function that failed may come with this status, and says so in its body. */
const FUNCTION_FAILED = 560;

export function createConvexClient({ url, adminKey }: ConvexAddress): ConvexClient {
  const where = new URL(url).host;
  const http = createHttp({
    base: url,
    name: where,
    answers: [FUNCTION_FAILED],
    headers: { authorization: `Convex ${adminKey}`, 'convex-client': CLIENT },
  });
  async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toProblem(error, doing, where);
    }
  }
  const post = <T>(doing: string, path: string, request: HttpRequest) =>
    guarded(doing, () => http.json<T>('POST', path, request));
  const send = (doing: string, method: string, path: string, request: HttpRequest = {}) =>
    guarded(doing, () => http.send(method, path, request));
  /** Large bodies are sent compressed. */
  const packed = async (body: object, signal: AbortSignal, idempotent = false): Promise<HttpRequest> => ({
    body: await compress(JSON.stringify({ ...body, adminKey }), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
    headers: { 'content-type': 'application/json', 'content-encoding': 'br' },
    limitMs: PUSH_LIMIT_MS,
    idempotent,
    signal,
  });

  return {
    url,
    send,
    version: async (signal) => (await send('the question whether it is there', 'GET', '/version', { signal })).text(),
    async modules(signal) {
      const body = { version: CLIENT, adminKey };
      type Hashes = { readonly moduleHashes: readonly ModuleHash[] };
      const answer = await post<Hashes>('the question what is live', '/api/get_config_hashes', {
        body,
        signal,
        idempotent: true,
      });
      return answer.moduleHashes;
    },
    async evaluateSchema(request, signal) {
      try {
        return await http.json('POST', '/api/deploy2/evaluate_schema', await packed(request, signal, true));
      } catch (error) {
        // An older deployment does not know this question; the push itself asks the data again.
        if (error instanceof HttpFailure && (error.status === 404 || error.status >= 500)) return null;
        throw toProblem(error, 'the look at the schema', where);
      }
    },
    // Tried again it prepares the same once more; nothing is live before the end of the push.
    startPush: async (request, signal) =>
      post('the push', '/api/deploy2/start_push', await packed(request, signal, true)),
    async waitForSchema({ schemaChange }, signal) {
      const body = { adminKey, schemaChange, timeoutMs: SCHEMA_WAIT_MS, dryRun: false };
      const limitMs = SCHEMA_WAIT_MS * 3;
      return post('the validation of the schema', '/api/deploy2/wait_for_schema', {
        body,
        signal,
        limitMs,
        idempotent: true,
      });
    },
    async finishPush(startPush, message, signal) {
      await post(
        'the end of the push',
        '/api/deploy2/finish_push',
        await packed({ startPush, dryRun: false, message }, signal),
      );
    },
    async call(kind, path, args, signal) {
      const body = { path, format: 'convex_encoded_json', args: [args] };
      try {
        return await http.json<FunctionAnswer>('POST', `/api/${kind}`, { body, signal, idempotent: kind === 'query' });
      } catch (error) {
        if (error instanceof HttpFailure && error.status === FUNCTION_FAILED) return error.body as FunctionAnswer;
        throw toProblem(error, `the function ${path}`, where);
      }
    },
    pause: async (signal) =>
      void (await send('the pause', 'POST', '/api/v1/pause_deployment', { signal, idempotent: true })),
    unpause: async (signal) =>
      void (await send('the end of the pause', 'POST', '/api/v1/unpause_deployment', { signal, idempotent: true })),
  };
}
