/** Validators in normal form: equal sets written differently become one type, so that the comparison has few cases. */

export type Literal = string | number | bigint | boolean;

export interface Field {
  readonly type: Type;
  readonly optional: boolean;
}

interface Shapes {
  any: object;
  null: object;
  number: object;
  bigint: object;
  string: object;
  bytes: object;
  /** A boolean is the union of its two literals. */
  literal: { readonly value: Literal };
  id: { readonly table: string };
  array: { readonly element: Type };
  record: { readonly keys: Type; readonly values: Type };
  object: { readonly fields: ReadonlyMap<string, Field> };
  /** Flat, without duplicates, without `any`; no members: `never`, the empty set. */
  union: { readonly members: readonly Type[] };
  /** A node that this version does not know: included in nothing, includes nothing. */
  unknown: { readonly name: string };
}

type Kind = keyof Shapes;
export type TypeOf<K extends Kind> = { readonly [P in K]: { readonly kind: P; readonly id: number } & Shapes[P] }[K];
export type Type = TypeOf<Kind>;
export type ScalarKind = 'null' | 'number' | 'bigint' | 'string' | 'bytes';

/** Makes types; the same set of values in the same shape is the same object, so `===` compares. */
export interface Types {
  readonly any: Type;
  readonly never: Type;
  readonly boolean: Type;
  scalar(kind: ScalarKind): Type;
  literal(value: Literal): Type;
  id(table: string): Type;
  array(element: Type): Type;
  record(keys: Type, values: Type): Type;
  object(fields: ReadonlyMap<string, Field>): Type;
  union(members: readonly Type[]): Type;
  unknown(name: string): Type;
}

export const isNever = (type: Type): boolean => type.kind === 'union' && type.members.length === 0;

/** The members of a union, else the type itself. */
export const membersOf = (type: Type): readonly Type[] => (type.kind === 'union' ? type.members : [type]);

/** A map takes 0 and -0 for one key and NaN for one: in Convex the first are two values, the second is one. */
const MINUS_ZERO = Symbol('-0');
const literalKey = (value: Literal): Literal | symbol => (Object.is(value, -0) ? MINUS_ZERO : value);

/** Field order says nothing. */
function fieldsKey(fields: ReadonlyMap<string, Field>): string {
  const parts: string[] = [];
  for (const [name, { type, optional }] of fields)
    parts.push(`${name.length}.${name}${optional ? '?' : ':'}${type.id}`);
  return parts.sort().join(',');
}

/** Flattens, and drops what another member holds anyway. */
function flatten(members: readonly Type[]): readonly Type[] {
  const flat = new Set<Type>();
  const whole = new Set<string>();
  for (const member of members) {
    for (const type of membersOf(member)) {
      flat.add(type);
      if (type.kind === 'string' || type.kind === 'number' || type.kind === 'bigint') whole.add(type.kind);
    }
  }
  const kept = [...flat];
  const needed = whole.size === 0 ? kept : kept.filter((type) => !whole.has(scalarAround(type)));
  return needed.length < 2 ? needed : needed.sort((a, b) => a.id - b.id);
}

/** The scalar that holds every value of a literal or an id. */
function scalarAround(type: Type): string {
  if (type.kind === 'id') return 'string';
  return type.kind === 'literal' ? typeof type.value : '';
}

type Intern<K> = (key: K, build: (id: number) => Type) => Type;

/** Makes a map for each kind, with ids from one sequence: most keys are at hand, and need no text. */
function createInterning(): <K>() => Intern<K> {
  let next = 0;
  return <K>(): Intern<K> => {
    const known = new Map<K, Type>();
    return (key, build) => {
      const found = known.get(key);
      if (found) return found;
      const made = build(next++);
      known.set(key, made);
      return made;
    };
  };
}

export function createTypes(): Types {
  const internBy = createInterning();
  const [scalars, literals, ids] = [internBy<ScalarKind>(), internBy<Literal | symbol>(), internBy<string>()];
  const [arrays, records, objects] = [internBy<Type>(), internBy<string>(), internBy<string>()];
  const [unions, strange] = [internBy<string>(), internBy<string>()];
  const any = internBy<'any'>()('any', (id) => ({ kind: 'any', id }));
  const union = (members: readonly Type[]): Type => {
    const flat = flatten(members);
    const [only] = flat;
    if (only && flat.length === 1) return only;
    // An unknown member stays visible: what it holds beside `any` is not ours to say.
    if (flat.includes(any) && flat.every((member) => member.kind !== 'unknown')) return any;
    return unions(flat.map((member) => member.id).join(), (id) => ({ kind: 'union', id, members: flat }));
  };
  const object = (fields: ReadonlyMap<string, Field>): Type => {
    for (const { type, optional } of fields.values()) if (!optional && isNever(type)) return union([]);
    return objects(fieldsKey(fields), (id) => ({ kind: 'object', id, fields }));
  };
  const literal = (value: Literal): Type => literals(literalKey(value), (id) => ({ kind: 'literal', id, value }));
  return {
    any,
    never: union([]),
    boolean: union([literal(true), literal(false)]),
    scalar: (kind) => scalars(kind, (id) => ({ kind, id })),
    literal,
    id: (table) => ids(table, (id) => ({ kind: 'id', id, table })),
    array: (element) => arrays(element, (id) => ({ kind: 'array', id, element })),
    record: (keys, values) => records(`${keys.id},${values.id}`, (id) => ({ kind: 'record', id, keys, values })),
    object,
    union,
    unknown: (name) => strange(name, (id) => ({ kind: 'unknown', id, name })),
  };
}
