/** What holds for every value of a piece, gathered from its parts. Always true of a superset: a "yes" built on it stands. */
import type { Piece } from './expand.ts';
import { equal, isObject, isSchema, type Json, type JsonObject, listOf, recordOf, type Schema } from './json.ts';
import type { Side } from './side.ts';

/** `fraction` is a number that is no integer: so `integer` is inside `number` by plain set inclusion. */
export type Kind = 'null' | 'boolean' | 'integer' | 'fraction' | 'string' | 'array' | 'object';

export const KINDS: readonly Kind[] = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'];

const BY_TYPE: Readonly<Record<string, readonly Kind[]>> = {
  null: ['null'],
  boolean: ['boolean'],
  integer: ['integer'],
  number: ['integer', 'fraction'],
  string: ['string'],
  array: ['array'],
  object: ['object'],
};

export function kindOf(value: Json): Kind {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return Array.isArray(value) ? 'array' : 'object';
}

export function kindsOf(part: JsonObject): readonly Kind[] {
  if (part.type === undefined) return KINDS;
  const types = Array.isArray(part.type) ? part.type : [part.type];
  return types.flatMap((type: Json) => (typeof type === 'string' ? (BY_TYPE[type] ?? []) : []));
}

/** The listed values of `enum` or `const`; null when values are not listed. */
export function valuesOf(part: JsonObject): readonly Json[] | null {
  const { const: only } = part;
  if (only !== undefined) return [only];
  return Array.isArray(part.enum) ? listOf(part.enum) : null;
}

export interface Facts {
  readonly side: Side;
  readonly parts: readonly JsonObject[];
  readonly kinds: ReadonlySet<Kind>;
  /** All values, when they can be counted. */
  readonly values: readonly Json[] | null;
}

function listedValues(parts: readonly JsonObject[], kinds: ReadonlySet<Kind>): readonly Json[] | null {
  let values: readonly Json[] | null = null;
  for (const listed of parts.map(valuesOf)) {
    if (listed === null) continue;
    values = values === null ? listed : values.filter((value) => listed.some((other) => equal(value, other)));
  }
  if (values !== null) return values.filter((value) => kinds.has(kindOf(value)));
  const countable = [...kinds].every((kind) => kind === 'null' || kind === 'boolean');
  if (!countable) return null;
  return [...kinds].flatMap((kind): Json[] => (kind === 'null' ? [null] : [true, false]));
}

export function factsOf(side: Side, piece: Piece): Facts {
  const kinds = new Set(KINDS.filter((kind) => piece.parts.every((part) => kindsOf(part).includes(kind))));
  return { side, parts: piece.parts, kinds, values: listedValues(piece.parts, kinds) };
}

export const isEmpty = (facts: Facts): boolean => facts.kinds.size === 0 || facts.values?.length === 0;

/** Properties of a part that travel in this direction. */
export function propertiesOf(side: Side, part: JsonObject): JsonObject {
  const { leavesOut } = side;
  const all = recordOf(part.properties);
  if (leavesOut === null) return all;
  return Object.fromEntries(
    Object.entries(all).filter(([, schema]) => !(isObject(schema) && schema[leavesOut] === true)),
  );
}

export function requiredOf(side: Side, part: JsonObject): readonly string[] {
  const { leavesOut } = side;
  const names = listOf(part.required).filter((name): name is string => typeof name === 'string');
  const all = recordOf(part.properties);
  return names.filter((name) => {
    const schema = all[name];
    return leavesOut === null || !isObject(schema) || schema[leavesOut] !== true;
  });
}

export interface ObjectFacts {
  readonly required: ReadonlySet<string>;
  /** Properties that may be there by name, each with all schemas that hold for it. */
  readonly named: ReadonlyMap<string, readonly Schema[]>;
  /** Schemas for names beyond those; null when there are no other names. */
  readonly rest: readonly Schema[] | null;
}

function schemasFor(side: Side, parts: readonly JsonObject[], name: string): readonly Schema[] {
  return parts.flatMap((part) => {
    const schema = propertiesOf(side, part)[name] ?? part.additionalProperties;
    // A pattern decides instead of additionalProperties: leaving both out is the larger set.
    const byPattern = !Object.hasOwn(recordOf(part.properties), name) && part.patternProperties !== undefined;
    return !byPattern && isSchema(schema) ? [schema] : [];
  });
}

export function objectFacts({ side, parts }: Facts): ObjectFacts {
  const names = new Set(parts.flatMap((part) => Object.keys(propertiesOf(side, part))));
  const named = new Map<string, readonly Schema[]>();
  for (const name of names) {
    const schemas = schemasFor(side, parts, name);
    if (!schemas.includes(false)) named.set(name, schemas);
  }
  const rest = parts.flatMap((part) =>
    isSchema(part.additionalProperties) && part.patternProperties === undefined ? [part.additionalProperties] : [],
  );
  const closed = rest.includes(false);
  return { required: new Set(parts.flatMap((part) => requiredOf(side, part))), named, rest: closed ? null : rest };
}
