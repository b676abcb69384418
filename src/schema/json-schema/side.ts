/** One of the two documents that are compared: how its references and its dialect are read. */
import { isObject, isSchema, type Json, type JsonObject, type Schema } from './json.ts';

export interface Side {
  readonly root: JsonObject;
  /** OpenAPI 3.0 ignores what stands beside a `$ref`. */
  readonly ignoresRefSiblings: boolean;
  /** Properties with this mark do not travel in this direction: `readOnly` in requests, `writeOnly` in responses. */
  readonly leavesOut: 'readOnly' | 'writeOnly' | null;
}

const MAX_HOPS = 50;

/** What a local JSON pointer (`#/components/schemas/User`) stands for; undefined when it leads nowhere, or to another file. */
function pointedAt(root: JsonObject, ref: string): Json | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let node: Json | undefined = root;
  for (const raw of ref.slice(2).split('/')) {
    const key = decodeURIComponent(raw).replaceAll('~1', '/').replaceAll('~0', '~');
    if (isObject(node)) node = Object.hasOwn(node, key) ? node[key] : undefined;
    else if (Array.isArray(node)) node = node[Number(key)] as Json | undefined;
    else return undefined;
  }
  return node;
}

/** Follows references until something else is there. Null for one that leads nowhere, in a circle, or out of the file. */
export function resolve(root: JsonObject, node: Json | undefined): JsonObject | null {
  let current = node;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (!isObject(current)) return null;
    if (typeof current.$ref !== 'string') return current;
    current = pointedAt(root, current.$ref);
  }
  return null;
}

/** The schema that a `$ref` names, one hop. */
export function targetOf(side: Side, ref: string): Schema | null {
  const target = pointedAt(side.root, ref);
  return isSchema(target) ? target : null;
}
