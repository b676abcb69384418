/** The query that counts the documents in the way: a condition on the document, run with `npx convex run --inline-query`. */
import { describeLiteral } from './describe.ts';
import { type Gap, type Path, showPath } from './gap.ts';
import type { Type } from './type.ts';

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** JavaScript that is true when `value` is of the type, as far as a condition of reasonable length can say. */
function isOfType(type: Type, value: string): string {
  switch (type.kind) {
    case 'any':
    case 'unknown':
      return 'true';
    case 'null':
      return `${value} === null`;
    case 'literal':
      return `${value} === ${describeLiteral(type.value)}`;
    case 'id':
      return `(typeof ${value} === "string" && ctx.db.normalizeId(${JSON.stringify(type.table)}, ${value}) !== null)`;
    case 'bytes':
      return `${value} instanceof ArrayBuffer`;
    case 'array':
      return `(Array.isArray(${value}) && ${value}.every((e) => ${isOfType(type.element, 'e')}))`;
    case 'record':
      return `(${isPlain(value)} && Object.values(${value}).every((e) => ${isOfType(type.values, 'e')}))`;
    case 'object':
      return `(${[isPlain(value), ...[...type.fields].map(([name, field]) => fieldCondition(name, field, value))].join(' && ')})`;
    case 'union':
      return type.members.length === 0
        ? 'false'
        : `(${type.members.map((member) => isOfType(member, value)).join(' || ')})`;
    default:
      return `typeof ${value} === "${type.kind}"`;
  }
}

const isPlain = (value: string): string =>
  `typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})`;

function fieldCondition(
  name: string,
  field: { readonly type: Type; readonly optional: boolean },
  value: string,
): string {
  const inner = member(value, name);
  const check = isOfType(field.type, inner);
  return field.optional ? `(${inner} === undefined || ${check})` : check;
}

function member(value: string, name: string): string {
  // The document itself is always there.
  const optional = value === 'd' ? '' : '?.';
  return NAME.test(name) ? `${value}${optional || '.'}${name}` : `${value}${optional}[${JSON.stringify(name)}]`;
}

/** True for the documents at which the gap shows. */
function condition(path: Path, gap: Gap, value: string): string {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (gap.kind === 'absent') return `${value} === undefined`;
    const there = `${value} !== undefined`;
    return gap.kind === 'extra' ? there : `${there} && !(${isOfType(gap.to, value)})`;
  }
  if (step === '[]') return `(${value} ?? []).some?.((e) => ${condition(rest, gap, 'e')})`;
  if (step === '{}') return `Object.values(${value} ?? {}).some((e) => ${condition(rest, gap, 'e')})`;
  return condition(rest, gap, member(value, step));
}

/** Longer is not read any more, and hardly typed. */
const LONGEST = 600;

/**
 * A shell command, or words where the condition would be too long. A large table has to be paged through instead, as
 * one query reads a limited number of documents.
 */
export function countQuery(table: string, gap: Gap): string {
  const test = condition(gap.path, gap, 'd');
  if (test.length > LONGEST) return `a query over ${table} that tests ${showPath(gap.path) || 'each document'}`;
  const query = `(await ctx.db.query(${JSON.stringify(table)}).collect()).filter((d) => ${test}).length`;
  return `npx convex run --inline-query '${query.replaceAll("'", String.raw`'\''`)}'`;
}
