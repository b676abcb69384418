/** A function spec (`npx convex function-spec`), and what callers of before meet in the functions of after. */
import { isObject, type JsonObject, SchemaFormatError } from './validator.ts';

export type FunctionKind = 'Query' | 'Mutation' | 'Action' | 'HttpAction';

export interface FunctionSpec {
  /** `messages:send` (without `.js`), or `POST /webhook` for an HTTP action. */
  readonly name: string;
  readonly kind: string;
  readonly visibility: 'public' | 'internal';
  /** Validator JSON. */
  readonly args: unknown;
  readonly returns: unknown;
}

const ANY = { type: 'any' };
const ANY_ARGS = ANY;

/**
 * Reads the JSON of `npx convex function-spec` (parsed), or its list of functions.
 * @throws SchemaFormatError
 */
export function readFunctions(json: unknown, label: string): ReadonlyMap<string, FunctionSpec> {
  const list = isObject(json) ? json.functions : json;
  if (!Array.isArray(list)) {
    throw new SchemaFormatError(
      `${label} is not a Convex function spec: an object with a list "functions" is expected`,
    );
  }
  const specs = list.map((entry, at) => readFunction(entry, `${label}, functions[${at}]`));
  return new Map(specs.map((spec) => [spec.name, spec]));
}

function readFunction(json: unknown, label: string): FunctionSpec {
  if (!isObject(json) || typeof json.functionType !== 'string') {
    throw new SchemaFormatError(`${label} is not a function: "functionType" is expected`);
  }
  return {
    name: nameOf(json, label),
    kind: json.functionType,
    visibility: isObject(json.visibility) && json.visibility.kind === 'internal' ? 'internal' : 'public',
    args: validatorIn(json.args) ?? ANY_ARGS,
    returns: validatorIn(json.returns) ?? ANY,
  };
}

function nameOf(json: JsonObject, label: string): string {
  if (typeof json.identifier === 'string') return json.identifier.replace(/\.js(?=:|$)/, '');
  if (typeof json.path === 'string') return `${typeof json.method === 'string' ? json.method : 'ANY'} ${json.path}`;
  throw new SchemaFormatError(`${label} has no "identifier", nor a method and path`);
}

/** Some versions write the validator as text within the JSON. */
function validatorIn(json: unknown): unknown {
  if (typeof json !== 'string') return json ?? undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return { type: `unreadable text` };
  }
}
