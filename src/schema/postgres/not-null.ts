/** SET NOT NULL: whether Postgres must look at every row to believe it. */
import { descendants, findColumn } from './lookup.ts';
import { conjuncts } from './evaluate.ts';
import { columnNames } from './ast.ts';
import { type Column, type Relation, relationKey } from './model.ts';
import { type Run, failsOnRows, finding, lock, touch, work } from './run.ts';

/** A validated CHECK (column IS NOT NULL) makes the scan unnecessary. */
function proven(relation: Relation, column: Column): boolean {
  return relation.constraints.some(
    (one) =>
      one.kind === 'check' &&
      one.valid &&
      conjuncts(one.expression).some(
        (part) =>
          'NullTest' in part && part.NullTest.nulltesttype === 'IS_NOT_NULL' && columnNames(part)[0] === column.name,
      ),
  );
}

/** Makes a column NOT NULL here and below; `scan` is false for NOT VALID (Postgres 18). */
export function proveNotNull(run: Run, relation: Relation, column: Column, scan: boolean): void {
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    const own = member === relation ? column : findColumn(member, column.name);
    lock(run, member, 'ACCESS EXCLUSIVE');
    if (!own || own.notNull) continue;
    touch(run, `column:${relationKey(member)}.${own.name}`);
    if (scan && !proven(member, own)) scanFor(run, member, own);
    own.notNull = true;
  }
}

function scanFor(run: Run, relation: Relation, column: Column): void {
  if (relation.fresh) return;
  if (column.filled.kind === 'constant' && column.filled.value === null) {
    const why = `every existing row of ${relation.name} holds NULL in ${column.name}`;
    failsOnRows(run, 'nulls-exist', why, 'Backfill the column in batches before this migration.');
  }
  work(run, relation, 'scan');
  const why = `every row of ${relation.name} is checked for NULL in ${column.name} while reads and writes wait`;
  const recipe =
    'ADD CHECK (column IS NOT NULL) NOT VALID; backfill; VALIDATE in a transaction of its own; then SET NOT NULL; then drop the check.';
  finding(run, 'not-null-scans', why, recipe);
}
