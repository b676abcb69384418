/** CREATE VIEW and REFRESH. */
import type { RefreshMatViewStmt, ViewStmt } from 'libpg-query';
import { formatType, rangeParts, text } from './ast.ts';
import { makeRelation } from './create-table.ts';
import { findRelation, needRelation } from './lookup.ts';
import { type Relation, relationKey } from './model.ts';
import { outputColumns, readsOf, requireColumns, requireRelations } from './query.ts';
import { type Run, StatementFails, finding, lock, touch, work } from './run.ts';

export function createView(run: Run, statement: ViewStmt): void {
  const parts = rangeParts(statement.view);
  const query = statement.query ?? null;
  requireRelations(run, query);
  requireColumns(run, query);
  const columns = outputColumns(run, query, (statement.aliases ?? []).map(text));
  const reads = readsOf(run, query);
  const before = statement.replace ? findRelation(run.catalog, parts) : null;
  if (before) {
    if (before.kind !== 'view' && !before.phantom)
      throw new StatementFails('not-a-view', `${before.name} is not a view`);
    lock(run, before, 'ACCESS EXCLUSIVE');
    requireSameColumns(before, columns);
  }
  for (const { relation } of reads) lock(run, relation, 'ACCESS SHARE');
  const view = before ?? makeRelation(run, parts, 'view', false);
  if (!view) return;
  Object.assign(view, { columns, reads, query });
  touch(run, `relation:${relationKey(view)}`);
}

/** A replaced view keeps its columns, in order and by type; more may follow. */
function requireSameColumns(before: Relation, columns: Relation['columns']): void {
  for (const [i, old] of before.columns.entries()) {
    const next = columns[i];
    const sameName = next?.name === old.name;
    const known = next && next.type.name !== '?' && old.type.name !== '?';
    if (!sameName || (known && formatType(next.type) !== formatType(old.type))) {
      throw new StatementFails(
        'view-columns',
        `column ${old.name} of view ${before.name} would be dropped, renamed or change its type`,
      );
    }
  }
}

export function refresh(run: Run, statement: RefreshMatViewStmt): void {
  const view = needRelation(run, rangeParts(statement.relation));
  const concurrent = statement.concurrent === true;
  if (concurrent && !view.indexes.some((index) => index.unique && !index.predicate) && !view.phantom) {
    throw new StatementFails('no-key', `${view.name} has no unique index: it cannot be refreshed concurrently`);
  }
  lock(run, view, concurrent ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE');
  for (const { relation } of view.reads) lock(run, relation, 'ACCESS SHARE');
  work(run, view, concurrent ? 'scan' : 'rewrite');
  if (concurrent) return;
  finding(
    run,
    'refresh-blocks',
    `reads of ${view.name} wait until it is computed anew`,
    'Make a unique index on it and REFRESH … CONCURRENTLY.',
  );
}
