/** ALTER COLUMN: default, NOT NULL, identity, generation. */
import type { AlterTableCmd } from 'libpg-query';
import { addOwnSequence } from './alter-columns.ts';
import { requireLiteral } from './default-value.ts';
import { descendants, findColumn, needColumn } from './lookup.ts';
import { type Column, type Relation, relationKey } from './model.ts';
import { proveNotNull } from './not-null.ts';
import { type Run, StatementFails, touch, work } from './run.ts';

/** False when the command is not about one column. @throws StatementFails */
export function alterColumn(run: Run, relation: Relation, command: AlterTableCmd): boolean {
  const { subtype, name = '' } = command;
  if (!HANDLED.has(subtype ?? '')) return false;
  const column = needColumn(relation, name);
  touch(run, `column:${relationKey(relation)}.${name}`);
  switch (subtype) {
    case 'AT_ColumnDefault':
      setDefault(run, relation, column, command);
      break;
    case 'AT_SetNotNull':
      proveNotNull(run, relation, column, true);
      break;
    case 'AT_DropNotNull':
      dropNotNull(run, relation, column);
      break;
    case 'AT_SetExpression':
      work(run, relation, 'rewrite');
      break;
    case 'AT_DropExpression':
      if (!column.generated && !command.missing_ok)
        throw new StatementFails('not-generated', `${name} is not generated`);
      column.generated = null;
      column.default = null;
      break;
    default:
      alterIdentity(run, relation, column, command);
  }
  return true;
}

const HANDLED = new Set([
  'AT_ColumnDefault',
  'AT_SetNotNull',
  'AT_DropNotNull',
  'AT_SetExpression',
  'AT_DropExpression',
  'AT_AddIdentity',
  'AT_SetIdentity',
  'AT_DropIdentity',
]);

function setDefault(run: Run, relation: Relation, column: Column, command: AlterTableCmd): void {
  if (column.identity) throw new StatementFails('is-identity', `${column.name} is an identity column`);
  if (column.generated) throw new StatementFails('is-generated', `${column.name} is a generated column`);
  const value = command.def ?? null;
  requireLiteral(run, column, value);
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    const own = findColumn(member, column.name);
    if (own) own.default = value;
  }
}

function dropNotNull(run: Run, relation: Relation, column: Column): void {
  if (relation.constraints.some((one) => one.kind === 'primary' && one.index.columns.includes(column))) {
    throw new StatementFails('in-primary-key', `${column.name} is in a primary key`);
  }
  if (column.identity) throw new StatementFails('is-identity', `${column.name} is an identity column`);
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    const own = findColumn(member, column.name);
    if (own) own.notNull = false;
  }
}

/** `(START WITH 1000)`: someone thought of the keys that exist. */
function setsStart(def: AlterTableCmd['def']): boolean {
  const options = def && 'Constraint' in def ? (def.Constraint.options ?? []) : [];
  return options.some((node) => 'DefElem' in node && node.DefElem.defname === 'start');
}

function alterIdentity(run: Run, relation: Relation, column: Column, command: AlterTableCmd): void {
  if (command.subtype === 'AT_DropIdentity') {
    if (!column.identity && !command.missing_ok)
      throw new StatementFails('not-identity', `${column.name} is no identity column`);
    column.identity = null;
    return;
  }
  const def = command.def;
  if (command.subtype === 'AT_AddIdentity') {
    if (column.identity) throw new StatementFails('duplicate', `${column.name} is an identity column already`);
    if (!column.notNull)
      throw new StatementFails('nullable-identity', `${column.name} must be NOT NULL before it becomes an identity`);
    if (column.default) throw new StatementFails('has-default', `${column.name} has a default already`);
    column.identity = def && 'Constraint' in def && def.Constraint.generated_when === 'a' ? 'always' : 'by default';
    column.startsOver = run.judging && !column.fresh && !setsStart(def);
    addOwnSequence(run, relation, column.name);
    return;
  }
  if (!column.identity) throw new StatementFails('not-identity', `${column.name} is no identity column`);
  for (const node of def && 'List' in def ? (def.List.items ?? []) : []) {
    if ('DefElem' in node && node.DefElem.defname === 'restart') column.startsOver = false;
    if (!('DefElem' in node) || node.DefElem.defname !== 'generated') continue;
    const value = node.DefElem.arg;
    // The parser gives the letter as its code: 97 is `a`, for ALWAYS.
    column.identity = value && 'Integer' in value && value.Integer.ival === 97 ? 'always' : 'by default';
  }
}
