/** What Convex exports: validators, schemas and function specs as JSON, as far as the comparison reads them. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A validator as `schema.export()` and `convex function-spec` write it. Kinds that are not listed here are `unknown`. */
export type ValidatorJson =
  | { readonly type: 'null' | 'number' | 'bigint' | 'commitTs' | 'boolean' | 'string' | 'bytes' | 'any' }
  | { readonly type: 'literal'; readonly value: Json }
  | { readonly type: 'id'; readonly tableName: string }
  | { readonly type: 'array'; readonly value: ValidatorJson }
  | { readonly type: 'record'; readonly keys: ValidatorJson; readonly values: FieldJson }
  | { readonly type: 'object'; readonly value: { readonly [field: string]: FieldJson } }
  | { readonly type: 'union'; readonly value: readonly ValidatorJson[] };

export interface FieldJson {
  readonly fieldType: ValidatorJson;
  readonly optional: boolean;
}

/** The JSON is not a Convex schema (or function spec) at all: the message says where and what was expected. */
export class SchemaFormatError extends Error {
  override readonly name = 'SchemaFormatError';
}

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two parsed JSON texts say the same; the order of keys says nothing. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  let keys = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false;
    keys += 1;
  }
  return keys === Object.keys(b).length;
}
