/** Calls of functions and of system queries over HTTP. */
import { convexToJson, type JSONValue, jsonToConvex, type Value } from 'convex/values';
import { z } from 'zod';
import type { EmulatorReply } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { demandKey, opens, shownKey } from './access.ts';
import type { Deployment } from './deployment.ts';
import { callFunction, type FunctionRequest } from './functions.ts';
import { httpAction } from './http-actions.ts';
import { badRequest } from './refusal.ts';
import { isSystemPath, systemQuery } from './system-queries.ts';

const Call = z.object({
  path: z.string(),
  args: z.unknown(),
  format: z.string().nullish(),
  componentPath: z.string().nullish(),
});

/** A function that failed answers with this status, and the body of an answer. */
const UDF_FAILED = 560;

export function functionRoutes(deployment: Deployment): Routes {
  return {
    'POST /api/query': call(deployment, 'Query'),
    'POST /api/query_at_ts': call(deployment, 'Query'),
    'POST /api/mutation': call(deployment, 'Mutation'),
    'POST /api/action': call(deployment, 'Action'),
    'POST /api/function': call(deployment, 'any'),
    'POST /api/query_ts': () => ({ json: { ts: clock() } }),
    'GET /api/stream_function_logs': async ({ headers, query }) => {
      demandKey(deployment, shownKey(headers));
      return { json: await deployment.logs.after(Number(query.get('cursor') ?? 0), LOG_PATIENCE_MS) };
    },
    '* /http/*rest': (request) => httpAction(deployment, request),
  };
}

const LOG_PATIENCE_MS = 10_000;

function clock(): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n);
  return bytes.toString('base64');
}

const call =
  (deployment: Deployment, kind: FunctionRequest['kind']): Handler =>
  async (request): Promise<EmulatorReply> => {
    const { path, args, componentPath } = Call.parse(await request.json());
    const key = shownKey(request.headers);
    if (key !== null) demandKey(deployment, key);
    const component = componentPath ?? '';
    // The HTTP clients send a list with the one object, others the object itself.
    const given = ((Array.isArray(args) ? args[0] : args) ?? {}) as JSONValue;
    if (isSystemPath(path)) return { json: system(deployment, path, given, component, key) };
    const outcome = await callFunction(deployment, {
      kind,
      path,
      component,
      args: given,
      admin: opens(deployment, key),
    });
    return { status: outcome.status === 'success' ? 200 : UDF_FAILED, json: outcome };
  };

function system(deployment: Deployment, path: string, args: JSONValue, component: string, key: string | null) {
  demandKey(deployment, key);
  const value = systemQuery(deployment, path, jsonToConvex(args) as Record<string, Value>, component);
  if (value === undefined) throw badRequest('UnknownSystemQuery', `The emulator does not answer ${path}.`);
  return { status: 'success', value: convexToJson(value), logLines: [] };
}
