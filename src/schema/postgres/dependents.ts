/** What hangs on a relation, a column or a type, and what goes with it. */
import { columnNames } from './ast.ts';
import { type Catalog, type Column, type Key, type Relation, relationKey } from './model.ts';
import { type Run, StatementFails, lock, touch } from './run.ts';

/** Views and materialised views that read the relation, or one column of it. */
export function dependentViews(catalog: Catalog, relation: Relation, column: Column | null = null): Relation[] {
  return [...catalog.relations.values()].filter((one) =>
    one.reads.some((read) => read.relation === relation && (column === null || read.column === column)),
  );
}

export function incomingKeys(catalog: Catalog, target: Relation): { relation: Relation; at: number }[] {
  const found: { relation: Relation; at: number }[] = [];
  for (const relation of catalog.relations.values()) {
    for (const [at, one] of relation.constraints.entries()) {
      if (one.kind === 'foreign' && one.target === target) found.push({ relation, at });
    }
  }
  return found;
}

/** Removes a view and everything that reads it. */
export function dropViewTree(run: Run, view: Relation): void {
  lock(run, view, 'ACCESS EXCLUSIVE');
  for (const above of dependentViews(run.catalog, view)) if (above !== view) dropViewTree(run, above);
  run.catalog.relations.delete(relationKey(view));
  touch(run, `relation:${relationKey(view)}`);
}

/** Views over it: refuse, or drop them when CASCADE says so. @throws StatementFails */
export function releaseViews(run: Run, relation: Relation, column: Column | null, cascade: boolean): void {
  for (const view of dependentViews(run.catalog, relation, column)) {
    if (view === relation) continue;
    if (!cascade) {
      const what = column ? `${relation.name}.${column.name}` : relation.name;
      throw new StatementFails('used-by-view', `view ${view.name} uses ${what}`);
    }
    dropViewTree(run, view);
  }
}

/** Foreign keys of other tables that rest on a unique key: refuse, or drop them. @throws StatementFails */
export function releaseKey(run: Run, relation: Relation, key: Key, cascade: boolean): void {
  for (const { relation: other, at } of incomingKeys(run.catalog, relation)) {
    const one = other.constraints[at];
    if (one?.kind !== 'foreign') continue;
    const rests =
      one.targetColumns.length === key.index.columns.length &&
      one.targetColumns.every((column) => key.index.columns.includes(column));
    const another = relation.indexes.some(
      (index) =>
        index !== key.index &&
        index.unique &&
        !index.predicate &&
        index.columns.length === one.targetColumns.length &&
        one.targetColumns.every((column) => index.columns.includes(column)),
    );
    if (!rests || another) continue;
    if (!cascade)
      throw new StatementFails('used-by-foreign-key', `foreign key ${one.name} of ${other.name} depends on it`);
    lock(run, other, 'ACCESS EXCLUSIVE');
    other.constraints = other.constraints.filter((item) => item !== one);
    touch(run, `constraint:${relationKey(other)}.${one.name}`);
  }
}

/** Takes a column out of everything that Postgres drops together with it. */
export function dropColumnParts(run: Run, relation: Relation, column: Column, cascade: boolean): void {
  const key = relationKey(relation);
  for (const one of relation.constraints) {
    if ((one.kind === 'primary' || one.kind === 'unique') && one.index.columns.includes(column)) {
      releaseKey(run, relation, one, cascade);
    }
    if (one.kind === 'foreign' && one.columns.includes(column)) lock(run, one.target, 'ACCESS EXCLUSIVE');
  }
  const gone = relation.constraints.filter((one) => {
    if (one.kind === 'check') return columnNames(one.expression).includes(column.name);
    return one.kind === 'foreign' ? one.columns.includes(column) : one.index.columns.includes(column);
  });
  for (const one of gone) touch(run, `constraint:${key}.${one.name}`);
  relation.constraints = relation.constraints.filter((one) => !gone.includes(one));
  relation.indexes = relation.indexes.filter((index) => {
    const uses =
      index.columns.includes(column) ||
      [...index.expressions, index.predicate].some((node) => columnNames(node).includes(column.name));
    if (uses) touch(run, `index:${key}.${index.name}`);
    return !uses;
  });
  for (const sequence of run.catalog.relations.values()) {
    if (sequence.ownedBy?.column !== column) continue;
    lock(run, sequence, 'ACCESS EXCLUSIVE');
    run.catalog.relations.delete(relationKey(sequence));
    touch(run, `relation:${relationKey(sequence)}`);
  }
}
