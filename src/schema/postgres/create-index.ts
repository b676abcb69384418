/** CREATE INDEX. */
import type { IndexStmt, Node } from 'libpg-query';
import { columnNames, rangeParts } from './ast.ts';
import { descendants, findIndex, needColumn, needRelation, noteIndex } from './lookup.ts';
import { type Column, type Index, type Relation, relationKey } from './model.ts';
import { requireOrder } from './type-refusals.ts';
import { type Run, StatementFails, failsOnRows, finding, lock, touch, work } from './run.ts';

/** @throws StatementFails where CONCURRENTLY is refused */
function requireConcurrent(run: Run, relation: Relation): void {
  if (run.inTransaction && run.judging) {
    throw new StatementFails('concurrently-in-transaction', 'CREATE INDEX CONCURRENTLY cannot run in a transaction');
  }
  if (relation.kind === 'partitioned') {
    throw new StatementFails(
      'concurrently-on-partitioned',
      `${relation.name} is partitioned: no index can be built on it concurrently`,
    );
  }
}

export function createIndex(run: Run, statement: IndexStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  const concurrent = statement.concurrent === true;
  if (concurrent) requireConcurrent(run, relation);
  const onlyParent = relation.kind === 'partitioned' && statement.relation?.inh !== true;
  const members =
    onlyParent || relation.kind !== 'partitioned' ? [relation] : [relation, ...descendants(run.catalog, relation)];
  for (const member of members) lock(run, member, concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE');
  const index = readIndex(run, relation, statement);
  if (index.method === 'btree') requireOrder(run, index.columns);
  if (findIndex(run.catalog, [relation.schema, index.name])) {
    if (statement.if_not_exists) return;
    throw new StatementFails('duplicate', `index ${index.name} exists already`);
  }
  const covered = relation.partitionKey.every((name) => index.columns.some((one) => one?.name === name));
  if (index.unique && !covered) {
    throw new StatementFails('partition-key', `a unique index on ${relation.name} must include its partition key`);
  }
  relation.indexes.push({ ...index, valid: !onlyParent });
  noteIndex(run.catalog, relation, index.name);
  touch(run, `index:${relationKey(relation)}.${index.name}`);
  if (onlyParent || relation.fresh) return;
  for (const member of members) work(run, member, 'index-build');
  if (index.unique && index.columns.every((one) => one?.filled.kind === 'constant' && one.filled.value !== null)) {
    failsOnRows(
      run,
      'duplicates',
      `every existing row of ${relation.name} holds the same value`,
      'Give each row a value of its own first.',
    );
  }
  if (concurrent) return;
  const recipe =
    relation.kind === 'partitioned'
      ? 'CREATE INDEX ON ONLY the parent, CONCURRENTLY on each partition, then ATTACH.'
      : 'CREATE INDEX CONCURRENTLY outside a transaction; check pg_index.indisvalid after it.';
  finding(run, 'index-blocks-writes', `writes to ${relation.name} wait until the index is built`, recipe);
}

function readIndex(run: Run, relation: Relation, statement: IndexStmt): Index {
  const columns: (Column | null)[] = [];
  const expressions: Node[] = [];
  for (const param of statement.indexParams ?? []) {
    if (!('IndexElem' in param)) continue;
    const { name, expr } = param.IndexElem;
    columns.push(name ? needColumn(relation, name) : null);
    if (expr) expressions.push(expr);
  }
  const predicate = statement.whereClause ?? null;
  for (const node of [...expressions, predicate]) for (const name of columnNames(node)) needColumn(relation, name);
  const label = columns.map((column) => column?.name ?? 'expr').join('_');
  return {
    name: statement.idxname ?? `${relation.name}_${label}_idx`.slice(0, 63),
    unique: statement.unique === true,
    nullsDistinct: statement.nulls_not_distinct !== true,
    method: statement.accessMethod ?? 'btree',
    columns,
    expressions,
    predicate,
    exclusion: false,
    valid: true,
    fresh: run.judging,
  };
}
