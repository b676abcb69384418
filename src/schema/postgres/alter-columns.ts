/** ADD COLUMN and DROP COLUMN. */
import type { ColumnDef } from 'libpg-query';
import { columnNames } from './ast.ts';
import { type ColumnPlan, readColumn } from './column-definition.ts';
import { addConstraint } from './constraint.ts';
import { requireLiteral } from './default-value.ts';
import { constantOf } from './expression.ts';
import { dropColumnParts, releaseViews } from './dependents.ts';
import { descendants, findColumn } from './lookup.ts';
import { type Relation, newRelation, relationKey } from './model.ts';
import { type Run, StatementFails, failsOnRows, finding, lock, touch, work } from './run.ts';

export function addColumn(run: Run, relation: Relation, def: ColumnDef, ifNotExists: boolean): void {
  const name = def.colname ?? '';
  if (findColumn(relation, name)) {
    if (ifNotExists) return;
    throw new StatementFails('duplicate', `${relation.name} has a column ${name} already`);
  }
  if (relation.partition)
    throw new StatementFails('partition-column', `${relation.name} is a partition: add the column to its table`);
  const plan = readColumn(run, def);
  const { column } = plan;
  if (!column.generated) requireLiteral(run, column, column.default);
  fill(run, plan);
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    if (member !== relation && findColumn(member, name)) continue;
    member.columns.push(member === relation ? column : { ...column, inherited: true });
    touch(run, `column:${relationKey(member)}.${name}`);
    if (plan.perRow) work(run, member, 'rewrite');
  }
  if (plan.sequence) addOwnSequence(run, relation, name);
  if (!relation.fresh && run.judging) report(run, relation, plan);
  const skipScan = column.default === null && column.identity === null;
  for (const constraint of plan.constraints) addConstraint(run, relation, constraint, { column, skipScan });
}

function fill(run: Run, { column, perRow }: ColumnPlan): void {
  if (!run.judging) return;
  const value = column.default ? constantOf(column.default) : null;
  column.filled = perRow || column.generated || value === undefined ? { kind: 'mixed' } : { kind: 'constant', value };
  if (column.identity) column.filled = { kind: 'mixed' };
}

export function addOwnSequence(run: Run, relation: Relation, column: string): void {
  const sequence = newRelation(relation.schema, `${relation.name}_${column}_seq`.slice(0, 63), 'sequence', run.judging);
  const owner = findColumn(relation, column);
  if (owner) sequence.ownedBy = { relation, column: owner };
  if (!run.catalog.relations.has(relationKey(sequence))) run.catalog.relations.set(relationKey(sequence), sequence);
}

function report(run: Run, relation: Relation, { column, perRow }: ColumnPlan): void {
  const what = `${relation.name}.${column.name}`;
  if (perRow) {
    const why = `each row of ${relation.name} needs a value of its own in ${column.name}: the table and its indexes are rewritten while reads and writes wait`;
    finding(run, 'column-rewrites', why, 'Add it nullable, SET DEFAULT afterwards, backfill in batches.');
  }
  const hasValue = column.default !== null || column.identity !== null || column.generated !== null;
  if (column.notNull && !hasValue) {
    const why = `${what} is NOT NULL without a default: it fails as soon as ${relation.name} holds a row`;
    failsOnRows(
      run,
      'required-column',
      why,
      'Give it a constant default, or add it nullable, backfill, then set NOT NULL.',
    );
  } else if (column.notNull && column.filled.kind === 'constant' && column.filled.value === null) {
    failsOnRows(run, 'required-column', `the default of ${what} is NULL, which it refuses`, 'Give it another default.');
  }
}

export interface DropOptions {
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export function dropColumn(run: Run, relation: Relation, name: string, options: DropOptions): void {
  const column = findColumn(relation, name);
  if (!column && !relation.phantom) {
    if (options.ifExists) return;
    throw new StatementFails('missing-column', `${relation.name} has no column ${name}`);
  }
  if (column?.inherited) throw new StatementFails('inherited-column', `${name} is inherited: drop it in the parent`);
  if (column) takeOut(run, relation, name, options);
  for (const member of column ? descendants(run.catalog, relation) : []) {
    if (findColumn(member, name)?.inherited) takeOut(run, member, name, options);
  }
  touch(run, `column:${relationKey(relation)}.${name}`);
  if (relation.fresh || column?.fresh || !run.judging) return;
  run.current.destroysData = true;
  const why = `the values of ${relation.name}.${name} are gone, and running code that names it fails`;
  finding(run, 'drops-column', why, 'Stop reading and writing it one release earlier; drop it after that.');
}

function takeOut(run: Run, relation: Relation, name: string, { cascade }: DropOptions): void {
  const column = findColumn(relation, name);
  if (!column) return;
  if (relation.partitionKey.includes(name)) {
    throw new StatementFails('partition-key', `${name} is part of the partition key of ${relation.name}`);
  }
  const dependants = relation.columns.filter((one) => one.generated && columnNames(one.default).includes(name));
  const policies = relation.policies.filter((one) =>
    [one.using, one.withCheck].some((node) => columnNames(node).includes(name)),
  );
  const triggers = relation.triggers.filter((one) => one.columns.includes(name));
  const first = dependants[0] ?? policies[0] ?? triggers[0];
  if (first && !cascade) throw new StatementFails('used-by', `${first.name} depends on ${relation.name}.${name}`);
  releaseViews(run, relation, column, cascade);
  dropColumnParts(run, relation, column, cascade);
  relation.columns = relation.columns.filter((one) => one !== column && !dependants.includes(one));
  relation.policies = relation.policies.filter((one) => !policies.includes(one));
  relation.triggers = relation.triggers.filter((one) => !triggers.includes(one));
  lock(run, relation, 'ACCESS EXCLUSIVE');
}
