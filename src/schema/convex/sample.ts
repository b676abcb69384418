/** Finds a value that one type holds and others do not: the sample document that a "no" is shown with. */
import { accepts } from './accept.ts';
import { isKey } from './disjoint.ts';
import { keyValue, SampleId, type Value } from './encoding.ts';
import { asObject, type Inclusion } from './include.ts';
import { isNever, membersOf, type ScalarKind, type Type, type TypeOf, type Types } from './type.ts';

/** Tried where a type admits everything: one of each kind, and some that few types hold. */
const ANYTHING: readonly Value[] = [
  'text',
  1.5,
  null,
  true,
  false,
  7n,
  new Uint8Array([1]),
  {},
  [],
  { other: 'text' },
  { other: null },
  ['text'],
  [null],
  ['text', 1.5, null],
  new SampleId('other'),
];

const FRESH: Readonly<Record<ScalarKind, (n: number) => Value>> = {
  string: (n) => (n === 0 ? 'text' : `text ${n + 1}`),
  number: (n) => n + 1.5,
  bigint: (n) => BigInt(n + 7),
  bytes: (n) => new Uint8Array([n + 1]),
  null: () => null,
};

/** More literals than this of one kind in one union are passed by. */
const FRESH_TRIES = 300;

export interface Sampler {
  /** A value of `type` outside each of `others`; undefined when none was found. */
  outside(type: Type, others: readonly Type[]): Value | undefined;
}

export function createSampler(types: Types, inclusion: Inclusion): Sampler {
  const { includes, mode } = inclusion;
  const isOutside = (value: Value, others: readonly Type[]) => !others.some((other) => accepts(other, value, mode));

  /** A document shows many fields that make no difference: one example of each type serves all. */
  const examples = new Map<Type, Value>();
  const exampleOf = (type: Type): Value | undefined => {
    const known = examples.get(type);
    if (known !== undefined) return known;
    const made = search(type, []);
    if (made !== undefined) examples.set(type, made);
    return made;
  };

  const outside = (type: Type, others: readonly Type[]): Value | undefined =>
    others.length === 0 ? exampleOf(type) : search(type, others);

  const search = (given: Type, others: readonly Type[]): Value | undefined => {
    if (isNever(given)) return undefined;
    const type = asObject(types, given);
    const value = propose(type, others);
    return value !== undefined && accepts(type, value, 'closed') && isOutside(value, others) ? value : undefined;
  };

  const propose = (type: Type, others: readonly Type[]): Value | undefined => {
    switch (type.kind) {
      case 'any':
        return ANYTHING.find((value) => isOutside(value, others));
      case 'literal':
        return type.value;
      case 'id':
        return new SampleId(type.table);
      case 'unknown':
        return undefined;
      case 'union':
        return firstOf(type.members, (member) => outside(member, others));
      case 'array':
        return arrayOutside(type, others);
      case 'record':
        return recordOutside(type, others);
      case 'object':
        return objectOutside(type, others);
      default:
        return freshOutside(type.kind, others);
    }
  };

  const freshOutside = (kind: ScalarKind, others: readonly Type[]): Value | undefined => {
    const fresh = FRESH[kind];
    for (let n = 0; n < FRESH_TRIES; n++) if (isOutside(fresh(n), others)) return fresh(n);
    return undefined;
  };

  /** One element for each list type that must not hold it. */
  const arrayOutside = (type: TypeOf<'array'>, others: readonly Type[]): Value | undefined => {
    const elements: Value[] = [];
    for (const other of others.flatMap(membersOf)) {
      if (other.kind !== 'array') continue;
      const element = outside(type.element, [other.element]);
      if (element !== undefined) elements.push(element);
    }
    const example = elements.length === 0 ? outside(type.element, []) : undefined;
    return example === undefined ? elements : [example];
  };

  /** One entry for each type that must not hold it: a name outside its keys, or a value outside its values. */
  const recordOutside = (type: TypeOf<'record'>, others: readonly Type[]): Value | undefined => {
    const entries = new Map<string, Value>();
    for (const other of others.flatMap(membersOf)) {
      const [name, value] = entryOutside(type, other, entries.size) ?? [];
      if (name !== undefined && value !== undefined && !entries.has(name)) entries.set(name, value);
    }
    return Object.fromEntries(entries);
  };

  const entryOutside = (
    type: TypeOf<'record'>,
    other: Type,
    n: number,
  ): readonly [string, Value | undefined] | undefined => {
    if (other.kind === 'record') {
      const name = includes(type.keys, other.keys) ? keyOf(type.keys, [], n) : keyOf(type.keys, [other.keys], n);
      const others = includes(type.values, other.values) ? [] : [other.values];
      return name === undefined ? undefined : [name, outside(type.values, others)];
    }
    if (other.kind !== 'object') return undefined;
    for (const [name, field] of other.fields) {
      if (isKey(type.keys, name) && !includes(type.values, field.type))
        return [name, outside(type.values, [field.type])];
    }
    const name = keyOf(type.keys, [], n);
    return name === undefined ? undefined : [name, outside(type.values, [])];
  };

  const keyOf = (keys: Type, others: readonly Type[], n: number): string | undefined => {
    const names = membersOf(keys).map((key) => {
      if (key.kind === 'string') return `key${n + 1}`;
      if (key.kind === 'id') return String(new SampleId(key.table));
      return key.kind === 'literal' ? String(key.value) : undefined;
    });
    return names.find((name) => name !== undefined && isOutside(keyValue(name), others));
  };

  /** What the shapes ask of the field and `type` does not promise. */
  const unmetAt = (shapes: readonly Type[], name: string, type: Type): readonly Type[] => {
    const unmet: Type[] = [];
    for (const shape of shapes) {
      const asked = fieldType(shape, name);
      if (asked && !includes(type, asked)) unmet.push(asked);
    }
    return unmet;
  };

  const isForbidden = (shapes: readonly Type[], name: string): boolean =>
    mode === 'closed' && shapes.some((shape) => shape.kind === 'object' && !shape.fields.has(name));

  /** Required fields, and the optional ones that make the difference. */
  const objectOutside = (type: TypeOf<'object'>, others: readonly Type[]): Value | undefined => {
    const shapes = others.flatMap(membersOf);
    const entries: [string, Value][] = [];
    for (const [name, field] of type.fields) {
      const wanted = unmetAt(shapes, name, field.type);
      if (field.optional && wanted.length === 0 && !isForbidden(shapes, name)) continue;
      const value = outside(field.type, wanted) ?? (field.optional ? undefined : outside(field.type, []));
      if (value !== undefined) entries.push([name, value]);
    }
    return Object.fromEntries(entries);
  };

  return { outside };
}

function fieldType(shape: Type, name: string): Type | undefined {
  if (shape.kind === 'record') return shape.values;
  return shape.kind === 'object' ? shape.fields.get(name)?.type : undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
