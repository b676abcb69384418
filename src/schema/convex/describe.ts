/** Types and values in words, as short as a sentence needs them. */
import { encodeValue, isList, SampleId, type Value } from './encoding.ts';
import { isNever, type Literal, membersOf, type Type } from './type.ts';

const LONGEST = 90;

const NAMES: Readonly<Record<string, string>> = { bigint: 'int64', bytes: 'bytes', number: 'number', string: 'string' };

export const describeLiteral = (value: Literal): string =>
  typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${value}n` : String(value);

function describeWhole(type: Type): string {
  switch (type.kind) {
    case 'literal':
      return describeLiteral(type.value);
    case 'id':
      return `id of ${type.table}`;
    case 'array':
      return `list of ${describeWhole(type.element)}`;
    case 'record':
      return `record of ${describeWhole(type.values)}`;
    case 'object':
      return `{ ${[...type.fields].map(([name, field]) => `${name}${field.optional ? '?' : ''}: ${describeWhole(field.type)}`).join(', ')} }`;
    case 'union':
      return isNever(type) ? 'never' : describeUnion(type.members);
    case 'unknown':
      return `unknown (${type.name})`;
    default:
      return NAMES[type.kind] ?? type.kind;
  }
}

function describeUnion(members: readonly Type[]): string {
  const booleans = members.filter((member) => member.kind === 'literal' && typeof member.value === 'boolean');
  const others = booleans.length === 2 ? members.filter((member) => !booleans.includes(member)) : members;
  const parts = others.map(describeWhole);
  return (booleans.length === 2 ? [...parts, 'boolean'] : parts).join(' | ');
}

/** Such as `"draft" | "live"`, `id of users`, `{ street: string, zip?: number }`; cut at 90 characters. */
export function describeType(type: Type): string {
  const text = describeWhole(type);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

export function describeValue(value: Value): string {
  if (value === null || typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return describeLiteral(value);
  if (value instanceof SampleId) return `an ${String(value).slice(1, -1)}`;
  if (value instanceof Uint8Array || isList(value)) return JSON.stringify(encodeValue(value)).slice(0, LONGEST);
  return JSON.stringify(encodeValue(value)).slice(0, LONGEST);
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** What of `from` is not in `to`, where both are a choice of simple things: the values that make the difference. */
export function difference(from: Type, isIn: (member: Type) => boolean): readonly Type[] {
  return membersOf(from).filter((member) => !isIn(member));
}
