/** Expressions: compared by meaning, and how often they must be computed. */
import type { Node, TypeName } from 'libpg-query';
import { text, texts, walk } from './ast.ts';
import type { Catalog, Constant } from './model.ts';

/** Text of an expression that is equal for equal meanings: no positions, no casts of constants, `IN` as `= ANY`. */
export function canonical(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(canonical).join(',')}]`;
  if (typeof node !== 'object' || node === null) return JSON.stringify(node) ?? '';
  const entries = Object.entries(node);
  const [kind, value] = entries[0] ?? ['', null];
  if (kind === 'TypeCast' && entries.length === 1) return canonicalCast(node as Node & { TypeCast: { arg?: Node } });
  if (kind === 'ColumnRef' && entries.length === 1) return `col:${texts((value as { fields?: Node[] }).fields).at(-1)}`;
  const list = inList(node as Node);
  if (list) return `${canonical(list.subject)} in ${JSON.stringify([...list.values].map(String).sort())}`;
  return `{${entries
    .filter(([key]) => key !== 'location' && key !== 'list_start' && key !== 'list_end' && key !== 'funcformat')
    .map(([key, item]) =>
      key === 'funcname' ? `funcname:${texts(item as Node[]).at(-1)}` : `${key}:${canonical(item)}`,
    )
    .join(',')}}`;
}

/** pg_dump casts columns and constants to the type that they have anyway. */
function canonicalCast(node: Node & { TypeCast: { arg?: Node; typeName?: TypeName } }): string {
  const { arg, typeName } = node.TypeCast;
  const name = texts(typeName?.names).at(-1) ?? '';
  if (arg && ('A_Const' in arg || ['text', 'varchar', 'bpchar'].includes(name))) return canonical(arg);
  return `cast:${name}(${canonical(arg)})`;
}

/** `x IN ('a', 'b')` in any of its spellings, `x = 'a'` included. */
export function inList(node: Node): { subject: Node; values: Constant[] } | null {
  if (!('A_Expr' in node)) return null;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  if (text(name?.[0]) !== '=' || !lexpr || !rexpr) return null;
  const items = listItems(kind ?? '', rexpr);
  const values = items?.map(constantOf);
  if (!values || values.some((value) => value === undefined)) return null;
  return { subject: stripCast(lexpr), values: values as Constant[] };
}

function listItems(kind: string, right: Node): Node[] | null {
  if (kind === 'AEXPR_IN') return 'List' in right ? (right.List.items ?? []) : null;
  if (kind === 'AEXPR_OP') return [right];
  const array = stripCast(right);
  return kind === 'AEXPR_OP_ANY' && 'A_ArrayExpr' in array ? (array.A_ArrayExpr.elements ?? []) : null;
}

export function stripCast(node: Node): Node {
  return 'TypeCast' in node && node.TypeCast.arg ? stripCast(node.TypeCast.arg) : node;
}

/** The value of a literal, casts aside; undefined when it is none. */
export function constantOf(node: Node): Constant | undefined {
  const bare = stripCast(node);
  if ('A_Expr' in bare && text(bare.A_Expr.name?.[0]) === '-' && !bare.A_Expr.lexpr && bare.A_Expr.rexpr) {
    const inner = constantOf(bare.A_Expr.rexpr);
    return typeof inner === 'number' ? -inner : undefined;
  }
  if (!('A_Const' in bare)) return undefined;
  const value = bare.A_Const;
  if (value.isnull) return null;
  if (value.ival) return value.ival.ival ?? 0;
  if (value.fval) return Number(value.fval.fval);
  if (value.boolval) return value.boolval.boolval ?? false;
  return value.sval ? castBoolean(node, value.sval.sval ?? '') : undefined;
}

function castBoolean(node: Node, value: string): Constant {
  const type = 'TypeCast' in node ? texts(node.TypeCast.typeName?.names).at(-1) : '';
  if (type === 'bool' || type === 'boolean') return /^(t|true|y|yes|on|1)$/i.test(value);
  return value;
}

const VOLATILE = new Set(
  (
    'random random_normal setseed clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 uuid_generate_v1 ' +
    'uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt nextval setval currval lastval pg_sleep ' +
    'txid_current_if_assigned pg_notify set_config query_to_xml dblink lo_create'
  ).split(' '),
);

/** True when each row may get another value: the table is then rewritten for a new column. */
export function isVolatile(catalog: Catalog, expression: Node | null): boolean {
  let found = false;
  walk(expression, (kind, value) => {
    if (kind !== 'FuncCall') return;
    const parts = texts(value['funcname'] as Node[]);
    const name = parts.at(-1) ?? '';
    const own = [...catalog.functions.values()].filter(
      (one) => one.name === name && (parts.length === 1 || one.schema === parts[0]),
    );
    if (own.length > 0 ? own.some((one) => one.volatility === 'volatile') : VOLATILE.has(name)) found = true;
  });
  return found;
}
