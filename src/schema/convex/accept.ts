/** Whether a type holds one value: what Convex checks of a document, and (`open`) what code that reads it would miss. */
import { isList, keyValue, SampleId, type Value } from './encoding.ts';
import type { Mode } from './disjoint.ts';
import { isNever, type Type, type TypeOf } from './type.ts';

type ObjectValue = { readonly [field: string]: Value };

export function accepts(type: Type, value: Value, mode: Mode): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'unknown':
      return false;
    case 'null':
      return value === null;
    case 'number':
    case 'bigint':
      return typeof value === type.kind;
    case 'string':
      return typeof value === 'string' || value instanceof SampleId;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'literal':
      return Object.is(type.value, value);
    case 'id':
      return value instanceof SampleId && value.table === type.table;
    case 'union':
      return type.members.some((member) => accepts(member, value, mode));
    case 'array':
      return isList(value) && value.every((element) => accepts(type.element, element, mode));
    case 'record':
      return isObjectValue(value) && acceptsRecord(type, value, mode);
    case 'object':
      return isObjectValue(value) && acceptsObject(type, value, mode);
  }
}

export function isObjectValue(value: Value): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof SampleId)
  );
}

function acceptsRecord(type: TypeOf<'record'>, value: ObjectValue, mode: Mode): boolean {
  return Object.entries(value).every(
    ([name, inner]) => accepts(type.keys, keyValue(name), mode) && accepts(type.values, inner, mode),
  );
}

function acceptsObject(type: TypeOf<'object'>, value: ObjectValue, mode: Mode): boolean {
  for (const [name, inner] of Object.entries(value)) {
    const field = type.fields.get(name);
    if (field ? isNever(field.type) || !accepts(field.type, inner, mode) : mode === 'closed') return false;
  }
  return [...type.fields].every(([name, field]) => field.optional || Object.hasOwn(value, name));
}
