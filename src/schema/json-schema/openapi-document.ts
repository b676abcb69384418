/** An OpenAPI 3 description as a list of operations, with everything that a client must know to call one. */
import { isObject, type Json, type JsonObject, listOf, recordOf, textOf } from './json.ts';
import { resolve } from './side.ts';
import { UnreadableSchema } from './unreadable.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;

export interface Operation {
  /** `GET /users/{id}` as it is written. */
  readonly name: string;
  /** The same whatever the parameters in the path are called. */
  readonly key: string;
  /** Where it stands in the document. */
  readonly pointer: readonly string[];
  readonly operation: JsonObject;
  readonly parameters: readonly JsonObject[];
  /** How often an unresolvable reference stood where a parameter should be. */
  readonly unresolved: number;
  readonly security: readonly Json[];
}

export interface OpenApiDocument {
  readonly root: JsonObject;
  /** 3.0 reads schemas differently from 3.1. */
  readonly early: boolean;
  readonly operations: ReadonlyMap<string, Operation>;
}

/** Parameters of the operation win over those of its path. Those of a path are known by their place, not their name. */
function parametersOf(root: JsonObject, item: JsonObject, operation: JsonObject) {
  const byKey = new Map<string, JsonObject>();
  let unresolved = 0;
  for (const written of [...listOf(item.parameters), ...listOf(operation.parameters)]) {
    const parameter = resolve(root, written);
    if (parameter === null) unresolved += 1;
    else byKey.set(`${textOf(parameter.in)} ${textOf(parameter.name)}`, parameter);
  }
  return { parameters: [...byKey.values()], unresolved };
}

function operationsOf(root: JsonObject): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, written] of Object.entries(recordOf(root.paths))) {
    const item = resolve(root, written);
    if (item === null || path.startsWith('x-')) continue;
    for (const method of METHODS) {
      const operation = item[method];
      if (!isObject(operation)) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const key = name.replaceAll(/\{[^}]*\}/g, '{}');
      const security = listOf(operation.security ?? root.security);
      const pointer = ['paths', path, method];
      found.set(key, { name, key, pointer, operation, security, ...parametersOf(root, item, operation) });
    }
  }
  return found;
}

/** @throws UnreadableSchema for anything but OpenAPI 3 */
export function readOpenApi(side: 'old' | 'new', document: unknown): OpenApiDocument {
  if (!isObject(document)) throw new UnreadableSchema(side, 'it holds no OpenAPI description');
  const { openapi, swagger } = document;
  if (swagger !== undefined) {
    throw new UnreadableSchema(side, `it is Swagger ${textOf(swagger)}; OpenAPI 3.0, 3.1 and 3.2 are understood`);
  }
  if (typeof openapi !== 'string' || !/^3\.[012](\.|$)/.test(openapi)) {
    const what = openapi === undefined ? 'it has no `openapi` version' : `it is OpenAPI ${JSON.stringify(openapi)}`;
    throw new UnreadableSchema(side, `${what}; 3.0, 3.1 and 3.2 are understood`);
  }
  return { root: document, early: openapi.startsWith('3.0'), operations: operationsOf(document) };
}
