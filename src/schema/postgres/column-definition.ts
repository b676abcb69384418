/** A column as it is written in CREATE TABLE and ADD COLUMN. */
import type { ColumnDef, Constraint as ConstraintNode, Node } from 'libpg-query';
import { columnType, isSerial, texts, walk } from './ast.ts';
import { isVolatile } from './expression.ts';
import { domainOf, newColumn, qualified } from './lookup.ts';
import type { Catalog, Column } from './model.ts';
import { type Run, StatementFails } from './run.ts';
import { requireExtension } from './type-refusals.ts';

export interface ColumnPlan {
  readonly column: Column;
  /** CHECK, UNIQUE, PRIMARY KEY and REFERENCES of the column. */
  readonly constraints: readonly ConstraintNode[];
  /** It brings a sequence of its own. */
  readonly sequence: boolean;
  /** Each existing row needs a value of its own. */
  readonly perRow: boolean;
}

const STABLE = new Set(['now', 'transaction_timestamp', 'statement_timestamp', 'current_setting', 'to_char', 'age']);

/** Whether the value may differ between two calls at all: what a generated column must not. */
function isMutable(catalog: Catalog, expression: Node): boolean {
  let found = isVolatile(catalog, expression);
  walk(expression, (kind, value) => {
    if (kind === 'SQLValueFunction') found = true;
    if (kind === 'FuncCall' && STABLE.has(texts(value['funcname'] as Node[]).at(-1) ?? '')) found = true;
  });
  return found;
}

export function readColumn(run: Run, def: ColumnDef): ColumnPlan {
  const { catalog } = run;
  const column = newColumn(def.colname ?? '', qualified(catalog, columnType(def.typeName)), run.judging);
  requireExtension(run, column.type);
  const serial = isSerial(def.typeName);
  const domain = domainOf(catalog, column.type);
  column.notNull = serial || def.is_not_null === true;
  column.default = domain?.default ?? null;
  column.collation = texts(def.collClause?.collname).at(-1) ?? null;
  const constraints: ConstraintNode[] = [];
  for (const node of def.constraints ?? []) {
    if ('Constraint' in node && !applySimple(run, column, node.Constraint)) constraints.push(node.Constraint);
  }
  if (serial) column.default = SERIAL_DEFAULT;
  const perRow =
    serial ||
    column.identity !== null ||
    column.generated === 'stored' ||
    (domain !== null && (domain.notNull || domain.checks.length > 0)) ||
    isVolatile(catalog, column.default);
  return { column, constraints, sequence: serial || column.identity !== null, perRow };
}

/** What nextval of the column's own sequence looks like. */
export const SERIAL_DEFAULT: Node = { FuncCall: { funcname: [{ String: { sval: 'nextval' } }] } };

/** True when the constraint is a property of the column alone. */
function applySimple(run: Run, column: Column, node: ConstraintNode): boolean {
  switch (node.contype) {
    case 'CONSTR_NOTNULL':
      column.notNull = true;
      return true;
    case 'CONSTR_NULL':
      return true;
    case 'CONSTR_DEFAULT':
      column.default = node.raw_expr ?? null;
      return true;
    case 'CONSTR_IDENTITY':
      column.identity = node.generated_when === 'a' ? 'always' : 'by default';
      column.notNull = true;
      return true;
    case 'CONSTR_GENERATED':
      if (node.raw_expr && isMutable(run.catalog, node.raw_expr)) {
        throw new StatementFails('not-immutable', `the expression of generated column ${column.name} is not immutable`);
      }
      column.generated = node.generated_kind === 'v' ? 'virtual' : 'stored';
      column.default = node.raw_expr ?? null;
      return true;
    case 'CONSTR_PRIMARY':
      column.notNull = true;
      return false;
    case 'CONSTR_CHECK':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_FOREIGN':
    case 'CONSTR_EXCLUSION':
      return false;
    default:
      return true;
  }
}
