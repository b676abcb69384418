/** Calls of user functions, with the outcomes and the words of the vendor. */
import { randomBytes } from 'node:crypto';
import { convexToJson, type JSONValue, jsonToConvex, type Value } from 'convex/values';
import type { AnalyzedFunction } from './analyze-module.ts';
import type { Deployment } from './deployment.ts';
import type { Engine } from './engine.ts';
import { mismatch } from './mismatch.ts';
import { definitionAt } from './revision.ts';
import type { ValidatorJson } from './validator-json.ts';

export type FunctionKind = 'Query' | 'Mutation' | 'Action';

export interface FunctionRequest {
  readonly kind: FunctionKind | 'any';
  /** `tasks:add`, `tasks.js:add`, `tasks` (its default export). */
  readonly path: string;
  readonly component: string;
  readonly args: JSONValue;
  /** With an admin key internal functions and those of components can be called. */
  readonly admin: boolean;
}

export type FunctionOutcome =
  | { readonly status: 'success'; readonly value: JSONValue; readonly logLines: readonly string[] }
  | {
      readonly status: 'error';
      readonly errorMessage: string;
      readonly errorData?: JSONValue;
      readonly logLines: readonly string[];
    };

const PAUSED =
  'Cannot run functions while this deployment is paused. Resume the deployment in the dashboard settings to allow functions to run.';

export async function callFunction(deployment: Deployment, request: FunctionRequest): Promise<FunctionOutcome> {
  const requestId = randomBytes(8).toString('hex');
  const logLines: string[] = [];
  const refused = (text: string, errorData?: JSONValue): FunctionOutcome => ({
    status: 'error',
    errorMessage: `[Request ID: ${requestId}] Server Error\n${text}`,
    ...(errorData === undefined ? {} : { errorData }),
    logLines,
  });
  const found = resolve(deployment, request);
  if ('refusal' in found) return refused(found.refusal);
  const begun = Date.now();
  const outcome = await deployment.lines.run(logLines, () => attempt(found, request, refused, logLines));
  const failed = outcome.status === 'error';
  deployment.logs.add({
    kind: 'Completion',
    udfType: found.analyzed.udfType,
    identifier: found.udfPath.replace(':', '.js:'),
    componentPath: request.component === '' ? null : request.component,
    timestamp: begun / 1000,
    executionTime: (Date.now() - begun) / 1000,
    success: failed ? null : { status: 'success' },
    error: failed ? outcome.errorMessage : null,
    requestId,
    logLines,
    cachedResult: false,
  });
  if (found.analyzed.udfType !== 'Query' && !failed) deployment.changed();
  return outcome;
}

interface Found {
  readonly engine: Engine;
  readonly analyzed: AnalyzedFunction;
  readonly udfPath: string;
}

function resolve(deployment: Deployment, request: FunctionRequest): Found | { readonly refusal: string } {
  if (deployment.paused) return { refusal: PAUSED };
  const [file = '', name = 'default'] = request.path.split(':');
  const module = file.replace(/\.js$/, '');
  const mounted = deployment.live?.components.has(request.component) === true;
  const definition = mounted ? definitionAt(deployment.live, request.component) : null;
  const analyzed = definition?.functions[`${module}.js`]?.functions.find((one) => one.name === name);
  const hidden = !request.admin && (analyzed?.visibility.kind === 'internal' || request.component !== '');
  if (!analyzed || hidden || !deployment.engine) {
    const kind = request.admin ? 'function' : 'public function';
    const forgot = 'Did you forget to run `npx convex dev` or `npx convex deploy`?';
    return { refusal: `Could not find ${kind} for '${module}:${name}'. ${forgot}` };
  }
  if (request.kind !== 'any' && request.kind !== analyzed.udfType) {
    const told = `Trying to execute ${module}.js:${name} as ${request.kind}, but it is defined as ${analyzed.udfType}.`;
    return { refusal: told };
  }
  return { engine: deployment.engine, analyzed, udfPath: `${module}:${name}` };
}

async function attempt(
  { engine, analyzed, udfPath }: Found,
  request: FunctionRequest,
  refused: (text: string, data?: JSONValue) => FunctionOutcome,
  logLines: readonly string[],
): Promise<FunctionOutcome> {
  try {
    const args = jsonToConvex(request.args) as Record<string, Value>;
    const fault = mismatch(JSON.parse(analyzed.args) as ValidatorJson, args);
    if (fault !== null) return refused(`ArgumentValidationError: ${fault}`);
    const value = await engine.run(request.component, udfPath, args);
    return { status: 'success', value: convexToJson(value), logLines };
  } catch (error) {
    return refused(`Uncaught ${nameOf(error)}`, dataOf(error));
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** ConvexErrors carry data for the caller; bundles bring their own class, known by its symbol. */
function dataOf(error: unknown): JSONValue | undefined {
  const marked = typeof error === 'object' && error !== null && Symbol.for('ConvexError') in error;
  return marked && 'data' in error ? convexToJson(error.data as Value) : undefined;
}
