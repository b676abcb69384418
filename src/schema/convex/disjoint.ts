/** Whether two types share no value at all. Only a sure answer is yes. */
import { type Field, type Literal, membersOf, type Type, type TypeOf } from './type.ts';

/** How objects are compared: `closed` as Convex validates them, `open` as code reads them (unknown fields are ignored). */
export type Mode = 'closed' | 'open';

/** What an id looks like; a literal that does not can be no id. */
const ID_SHAPE = /^[0-9a-z]{31,37}$/;

/** Whether the literal `name` is one of the keys of a record. An id is no name that a schema can know. */
export function isKey(keys: Type, name: string): boolean {
  return membersOf(keys).some((key) => key.kind === 'string' || (key.kind === 'literal' && key.value === name));
}

/** The values of `a` are taken as validated (closed); `mode` says how `b` looks at them. */
export function areDisjoint(a: Type, b: Type, mode: Mode): boolean {
  if (a.kind === 'any' || b.kind === 'any' || a.kind === 'unknown' || b.kind === 'unknown') return false;
  if (a.kind === 'union') return a.members.every((member) => areDisjoint(member, b, mode));
  if (b.kind === 'union') return b.members.every((member) => areDisjoint(a, member, mode));
  if (a === b) return false;
  if (isStructure(a) && isStructure(b)) return structuresDisjoint(a, b, mode);
  return scalarsDisjoint(a, b);
}

type Structure = TypeOf<'object' | 'record'>;

function isStructure(type: Type): type is Structure {
  return type.kind === 'object' || type.kind === 'record';
}

const LITERAL_KINDS: Readonly<Record<string, string>> = { string: 'string', number: 'number', bigint: 'bigint' };

function isOf(value: Literal, type: Type): boolean {
  if (type.kind === 'id') return typeof value === 'string' && ID_SHAPE.test(value);
  return type.kind === LITERAL_KINDS[typeof value];
}

function scalarsDisjoint(a: Type, b: Type): boolean {
  if (a.kind === 'literal' && b.kind === 'literal') return true;
  if (a.kind === 'literal') return !isOf(a.value, b);
  if (b.kind === 'literal') return !isOf(b.value, a);
  if (a.kind === 'id' && b.kind === 'id') return true;
  if (a.kind === 'id') return b.kind !== 'string';
  if (b.kind === 'id') return a.kind !== 'string';
  // Two lists share the empty one.
  return a.kind !== b.kind;
}

function structuresDisjoint(a: Structure, b: Structure, mode: Mode): boolean {
  if (a.kind === 'record') return b.kind === 'object' && requiredDisjoint(b, a, mode, false);
  if (b.kind === 'record') return requiredDisjoint(a, b, mode, true);
  return objectsDisjoint(a, b, mode);
}

/** Whether a required field of the object is no entry of the record. */
function requiredDisjoint(
  object: TypeOf<'object'>,
  record: TypeOf<'record'>,
  mode: Mode,
  objectIsData: boolean,
): boolean {
  return [...object.fields].some(([name, { type, optional }]) => {
    if (optional) return false;
    if (!canBeKey(record.keys, name)) return true;
    return objectIsData ? areDisjoint(type, record.values, mode) : areDisjoint(record.values, type, mode);
  });
}

const canBeKey = (keys: Type, name: string): boolean =>
  isKey(keys, name) ||
  (ID_SHAPE.test(name) && membersOf(keys).some((key) => key.kind === 'id' || key.kind === 'unknown'));

function objectsDisjoint(a: TypeOf<'object'>, b: TypeOf<'object'>, mode: Mode): boolean {
  for (const [name, field] of a.fields) {
    const other = b.fields.get(name);
    if (!other) {
      if (!field.optional && mode === 'closed') return true;
    } else if (fieldsDisjoint(field, other, mode)) return true;
  }
  return [...b.fields].some(([name, field]) => !field.optional && !a.fields.has(name));
}

/** Two optional fields share their absence. */
function fieldsDisjoint(a: Field, b: Field, mode: Mode): boolean {
  return !(a.optional && b.optional) && areDisjoint(a.type, b.type, mode);
}
