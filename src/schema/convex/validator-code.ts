/** A type as a person would write it in `schema.ts`: `v.union(v.string(), v.null())`. */
import { describeLiteral } from './describe.ts';
import type { Type } from './type.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONGEST = 120;

function write(type: Type): string {
  switch (type.kind) {
    case 'bigint':
      return 'v.int64()';
    case 'literal':
      return `v.literal(${describeLiteral(type.value)})`;
    case 'id':
      return `v.id(${JSON.stringify(type.table)})`;
    case 'array':
      return `v.array(${write(type.element)})`;
    case 'record':
      return `v.record(${write(type.keys)}, ${write(type.values)})`;
    case 'object':
      return `v.object({ ${[...type.fields].map(([name, { type: inner, optional }]) => `${fieldName(name)}: ${optional ? optionalCode(inner) : write(inner)}`).join(', ')} })`;
    case 'union':
      return writeUnion(type.members);
    case 'unknown':
      return `/* ${type.name} */`;
    default:
      return `v.${type.kind}()`;
  }
}

function writeUnion(members: readonly Type[]): string {
  const booleans = members.filter((member) => member.kind === 'literal' && typeof member.value === 'boolean');
  if (booleans.length < 2) return `v.union(${members.map(write).join(', ')})`;
  const parts = members.filter((member) => !booleans.includes(member)).map(write);
  return parts.length === 0 ? 'v.boolean()' : `v.union(${[...parts, 'v.boolean()'].join(', ')})`;
}

const fieldName = (name: string): string => (NAME.test(name) ? name : JSON.stringify(name));
const optionalCode = (type: Type): string => `v.optional(${write(type)})`;

/** Cut to `v.…` where it would fill the line. */
export function validatorCode(type: Type): string {
  const text = write(type);
  return text.length > LONGEST ? 'v.…' : text;
}
