/** Inclusion: whether every value of one type is a value of another. The heart of the comparison. */
import { createCover } from './cover.ts';
import { isKey, type Mode } from './disjoint.ts';
import { isNever, membersOf, type Type, type TypeOf, type Types } from './type.ts';

export interface Inclusion {
  readonly mode: Mode;
  /**
   * Whether every (validated) value of `a` is accepted by `b`. Yes is always right. No is too strict only where a
   * union of shapes covers an object in more than {@link MAX_PIECES} pieces, and for `any` against a union of all kinds.
   */
  includes(a: Type, b: Type): boolean;
  /** A part of the object `a` that no member holds, cut as far as the members need it; undefined when it was too much. */
  uncovered(a: TypeOf<'object'>, members: readonly Type[]): TypeOf<'object'> | undefined;
}

/** Far above the number of types that a schema has, far below 2^53 when squared. */
const MAX_TYPES = 2 ** 26;

const SCALAR_OF: Readonly<Record<string, string>> = { string: 'string', number: 'number', bigint: 'bigint' };

/** A record with known keys is an object whose fields may all be absent; without a possible entry it is `{}`. */
export function asObject(types: Types, type: Type): Type {
  if (type.kind !== 'record') return type;
  if (isNever(type.values)) return types.object(new Map());
  const names = membersOf(type.keys).map((key) => (key.kind === 'literal' ? String(key.value) : undefined));
  const known = names.filter((name) => name !== undefined);
  if (known.length < names.length) return type;
  return types.object(new Map(known.map((name) => [name, { type: type.values, optional: true }])));
}

export function createInclusion(types: Types, mode: Mode): Inclusion {
  const memo = new Map<number, boolean>();
  const includes = (a: Type, b: Type): boolean => {
    if (a.kind === 'unknown' || b.kind === 'unknown') return false;
    if (a === b || b.kind === 'any' || isNever(a)) return true;
    if (a.kind === 'any') return false;
    const key = a.id * MAX_TYPES + b.id;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const answer = decide(asObject(types, a), b);
    memo.set(key, answer);
    return answer;
  };
  const cover = createCover(types, mode, includes);
  const decide = (a: Type, b: Type): boolean => {
    if (a.kind === 'union') return a.members.every((member) => includes(member, b));
    if (b.kind !== 'union') return includesOne(a, b);
    if (b.members.some((member) => includes(a, member))) return true;
    // Only objects can be covered by several members together: a list or a record with one value outside each escapes them all.
    return a.kind === 'object' && cover.isCovered(a, b.members);
  };
  const includesOne = (a: Type, b: Type): boolean => {
    if (a.kind === 'literal') return b.kind === SCALAR_OF[typeof a.value];
    if (a.kind === 'id') return b.kind === 'string';
    if (a.kind === 'array') return b.kind === 'array' && includes(a.element, b.element);
    if (a.kind === 'object') return b.kind === 'object' ? inObject(a, b) : b.kind === 'record' && inRecord(a, b);
    if (a.kind === 'record')
      return b.kind === 'record' ? recordInRecord(a, b) : b.kind === 'object' && recordInObject(a, b);
    return false;
  };
  const inObject = (a: TypeOf<'object'>, b: TypeOf<'object'>): boolean => {
    for (const [name, field] of a.fields) {
      const other = b.fields.get(name);
      if (!other) {
        if (mode === 'closed' && !isNever(field.type)) return false;
      } else if ((field.optional && !other.optional) || !includes(field.type, other.type)) return false;
    }
    return [...b.fields].every(([name, field]) => field.optional || a.fields.has(name));
  };
  const inRecord = (a: TypeOf<'object'>, b: TypeOf<'record'>): boolean =>
    [...a.fields].every(
      ([name, { type }]) => isNever(type) || (includes(types.literal(name), b.keys) && includes(type, b.values)),
    );
  const recordInRecord = (a: TypeOf<'record'>, b: TypeOf<'record'>): boolean =>
    includes(a.keys, b.keys) && includes(a.values, b.values);
  // A record has names that no object lists; code that ignores them may still meet the ones that it knows.
  const recordInObject = (a: TypeOf<'record'>, b: TypeOf<'object'>): boolean =>
    mode === 'open' &&
    [...b.fields].every(([name, { type, optional }]) => optional && (!isKey(a.keys, name) || includes(a.values, type)));
  return { mode, includes, uncovered: cover.uncovered };
}
