/** Document types that Convex refuses: the top is no object, or a record has keys that are not strings or ids. */
import type { Refusal } from './refusals.ts';
import type { Table } from './schema.ts';
import { isObject, type JsonObject } from './validator.ts';

/** What a backend takes as the name of a field in a validator. */
const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;

export function refusedTypes(table: Table): readonly Refusal[] {
  const top: readonly Refusal[] = isTop(table.documentType)
    ? []
    : [
        {
          path: '',
          why: `documents of ${table.name} have to be an object, a union of objects, or any`,
          recipe: 'wrap the type in v.object({…})',
        },
      ];
  const found = [...top];
  within(table.documentType, '', found);
  return found;
}

function isTop(json: unknown): boolean {
  if (!isObject(json)) return true;
  if (json.type === 'union' && Array.isArray(json.value))
    return json.value.every((member) => isObject(member) && (member.type === 'object' || isTopUnion(member)));
  return !SCALARS.has(String(json.type));
}

const isTopUnion = (json: JsonObject): boolean => json.type === 'union' && isTop(json);

/** Kinds that are known to be no document; an unknown kind is not judged. */
const SCALARS = new Set([
  'null',
  'number',
  'bigint',
  'commitTs',
  'boolean',
  'string',
  'bytes',
  'literal',
  'id',
  'array',
  'record',
]);

/** Adds to one list: a large schema has tens of thousands of nodes, and hardly ever a refusal. */
function within(json: unknown, path: string, found: Refusal[]): void {
  if (!isObject(json)) return;
  if (json.type === 'array') within(json.value, `${path}[]`, found);
  else if (json.type === 'union' && Array.isArray(json.value))
    for (const member of json.value) within(member, path, found);
  else if (json.type === 'record') {
    if (!isKeys(json.keys)) found.push({ path, ...KEYS_REFUSED });
    within(fieldTypeOf(json.values), `${path}{}`, found);
  } else if (json.type === 'object' && isObject(json.value)) {
    for (const name in json.value) {
      const at = path === '' ? name : `${path}.${name}`;
      if (!FIELD.test(name)) found.push(refusedField(name, at));
      within(fieldTypeOf(json.value[name]), at, found);
    }
  }
}

const fieldTypeOf = (field: unknown): unknown => (isObject(field) ? field.fieldType : undefined);

const refusedField = (name: string, path: string): Refusal => ({
  path,
  why: `${JSON.stringify(name)} is no name for a field`,
  recipe: 'begin with a letter; letters, digits and underscores only',
});

const KEYS_REFUSED = {
  why: 'the keys of a record have to be strings or ids',
  recipe: 'use v.record(v.string(), …), or an object with optional fields for known names',
};

function isKeys(json: unknown): boolean {
  if (!isObject(json)) return true;
  if (json.type === 'union' && Array.isArray(json.value)) return json.value.every(isKeys);
  return (
    json.type === 'string' ||
    json.type === 'id' ||
    !(SCALARS.has(String(json.type)) || json.type === 'object' || json.type === 'any')
  );
}
