/** Why a column cannot have a type, whatever its rows hold. */
import type { Node } from 'libpg-query';
import { columnNames, formatType, walk } from './ast.ts';
import { baseType } from './casts.ts';
import { constantOf, stripCast } from './expression.ts';
import type { Column, ColumnType, Relation } from './model.ts';
import { type Run, StatementFails } from './run.ts';

/** Types that come with an extension, by the extension. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  citext: 'citext',
  hstore: 'hstore',
  ltree: 'ltree',
  cube: 'cube',
  vector: 'vector',
  halfvec: 'vector',
  geometry: 'postgis',
  geography: 'postgis',
};

/** @throws StatementFails where the base is known, and has neither the extension nor a column of the type */
export function requireExtension(run: Run, { name }: ColumnType): void {
  const extension = EXTENSIONS[name];
  if (!run.judging || !run.catalog.complete || extension === undefined || run.catalog.extensions.has(extension)) return;
  const used = [...run.catalog.relations.values()].some(({ columns }) => columns.some((one) => one.type.name === name));
  if (!used)
    throw new StatementFails('missing-type', `type ${name} does not exist: extension ${extension} is not there`);
}

const FAMILIES = [
  /^(int[248]|numeric|float[48]|money|oid)$/,
  /^(text|varchar|bpchar|citext|name)$/,
  /^(timestamp|timestamptz|date)$/,
];
const familyOf = (type: ColumnType): string => {
  const at = FAMILIES.findIndex((family) => family.test(type.name));
  return at < 0 || type.array ? formatType(type) : String(at);
};

/** A check that compares the column with a constant of its old type finds no operator for the new one. @throws StatementFails */
export function requireComparable(run: Run, relation: Relation, column: Column, to: ColumnType): void {
  const [from, next] = [baseType(run.catalog, column.type), baseType(run.catalog, to)];
  if (!run.judging || from.name === '?' || next.name === '?' || familyOf(from) === familyOf(next)) return;
  for (const one of relation.constraints) {
    if (one.kind !== 'check' || !comparesWithConstant(one.expression, column.name)) continue;
    throw new StatementFails(
      'used-by-check',
      `check ${one.name} compares ${column.name} with a constant of type ${formatType(column.type)}: drop it first`,
    );
  }
}

function comparesWithConstant(expression: Node, column: string): boolean {
  let found = false;
  walk(expression, (kind, value) => {
    if (kind !== 'A_Expr') return;
    const [left, right] = [value['lexpr'] as Node | undefined, value['rexpr'] as Node | undefined];
    if (!left || !right) return;
    const isColumn = (node: Node) => 'ColumnRef' in stripCast(node) && columnNames(node)[0] === column;
    const isConstant = (node: Node) => ![undefined, null].includes(constantOf(node) as undefined);
    if ((isColumn(left) && isConstant(right)) || (isColumn(right) && isConstant(left))) found = true;
  });
  return found;
}

const UNORDERED = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle']);

/** @throws StatementFails for a column whose type has no order */
export function requireOrder(run: Run, columns: readonly (Column | null)[]): void {
  const without = columns.find((column) => column && UNORDERED.has(baseType(run.catalog, column.type).name));
  if (!without || without.type.array) return;
  const type = formatType(without.type);
  throw new StatementFails('no-order', `${without.name} is ${type}, which has no order: no btree index can hold it`);
}
