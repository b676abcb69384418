/** ATTACH and DETACH PARTITION. */
import type { Node, PartitionBoundSpec } from 'libpg-query';
import { rangeParts } from './ast.ts';
import { canonical } from './expression.ts';
import { addParent, descendants, needRelation } from './lookup.ts';
import { type Index, type Relation, relationKey } from './model.ts';
import { type Run, StatementFails, finding, lock, touch, work } from './run.ts';

export function partitionOf(bound: PartitionBoundSpec | undefined): NonNullable<Relation['partition']> {
  return { isDefault: bound?.is_default === true, bound: canonical(bound) };
}

const defaultPartition = (run: Run, parent: Relation) =>
  [...run.catalog.relations.values()].find((one) => one.parents.includes(parent) && one.partition?.isDefault) ?? null;

/** Rows of the default partition are checked against the new bound. */
export function checkDefault(run: Run, parent: Relation, child: Relation): void {
  const fallback = defaultPartition(run, parent);
  if (!fallback || fallback === child) return;
  lock(run, fallback, 'ACCESS EXCLUSIVE');
  work(run, fallback, 'scan');
  finding(
    run,
    'default-partition-scans',
    `every row of the default partition ${fallback.name} is checked while traffic waits`,
    'Add a check that excludes the new bound to the default partition first.',
  );
}

const shapeOf = ({ columns, expressions, predicate, unique, method }: Index): string =>
  canonical([columns.map((column) => column?.name ?? null), expressions, predicate, unique, method]);
const sameIndex = (a: Index, b: Index): boolean => shapeOf(a) === shapeOf(b);

export function attachPartition(run: Run, parent: Relation, def: Node | undefined): void {
  if (!def || !('PartitionCmd' in def)) return;
  const child = needRelation(run, rangeParts(def.PartitionCmd.name));
  if (parent.kind !== 'partitioned' && !parent.phantom) {
    throw new StatementFails('not-partitioned', `${parent.name} is not partitioned`);
  }
  lock(run, child, 'ACCESS EXCLUSIVE');
  const isProven = child.constraints.some((one) => one.kind === 'check' && one.valid && run.judging);
  checkDefault(run, parent, child);
  if (!isProven) {
    work(run, child, 'scan');
    if (!child.fresh)
      finding(
        run,
        'attach-scans',
        `every row of ${child.name} is checked while its traffic waits`,
        'Add a validated CHECK with the same bound first.',
      );
  }
  if (parent.indexes.some((index) => !child.indexes.some((own) => sameIndex(own, index)))) {
    work(run, child, 'index-build');
    finding(
      run,
      'attach-builds-index',
      `an index that ${parent.name} has and ${child.name} lacks is built while traffic waits`,
      `Create it on ${child.name} concurrently first.`,
    );
  }
  addParent(run.catalog, child, parent);
  child.partition = partitionOf(def.PartitionCmd.bound);
  touch(run, `relation:${relationKey(child)}`);
}

export function detachPartition(run: Run, parent: Relation, def: Node | undefined): void {
  if (!def || !('PartitionCmd' in def)) return;
  const child = needRelation(run, rangeParts(def.PartitionCmd.name));
  if (!child.parents.includes(parent) && !child.phantom && !parent.phantom) {
    throw new StatementFails('not-a-partition', `${child.name} is no partition of ${parent.name}`);
  }
  const concurrent = def.PartitionCmd.concurrent === true;
  if (concurrent && run.inTransaction) {
    throw new StatementFails('concurrently-in-transaction', 'DETACH CONCURRENTLY cannot run in a transaction');
  }
  lock(run, child, concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE');
  const fallback = defaultPartition(run, parent);
  if (concurrent && fallback)
    throw new StatementFails(
      'has-default-partition',
      `${parent.name} has a default partition: it cannot be detached concurrently`,
    );
  if (fallback && !concurrent) lock(run, fallback, 'ACCESS EXCLUSIVE');
  for (const member of descendants(run.catalog, child)) lock(run, member, 'ACCESS EXCLUSIVE');
  child.parents = child.parents.filter((one) => one !== parent);
  child.partition = null;
  for (const column of child.columns) column.inherited = false;
  touch(run, `relation:${relationKey(child)}`);
}
