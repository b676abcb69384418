/** DROP INDEX. */
import type { DropHow } from './drop.ts';
import { findIndex } from './lookup.ts';
import { relationKey } from './model.ts';
import { releaseKey } from './dependents.ts';
import { type Run, StatementFails, lock, touch } from './run.ts';

export function dropIndex(run: Run, parts: string[], how: DropHow): void {
  if (how.concurrent && run.inTransaction && run.judging) {
    throw new StatementFails('concurrently-in-transaction', 'DROP INDEX CONCURRENTLY cannot run in a transaction');
  }
  const found = findIndex(run.catalog, parts);
  const index = found?.relation.indexes[found.at];
  if (!found || !index) {
    if (how.ifExists || !run.catalog.complete) return;
    throw new StatementFails('missing-index', `index ${parts.join('.')} does not exist`);
  }
  const { relation } = found;
  const constraint = relation.constraints.find((one) => 'index' in one && one.index === index);
  if (constraint)
    throw new StatementFails('used-by-constraint', `constraint ${constraint.name} needs it: drop the constraint`);
  if (index.unique) {
    releaseKey(
      run,
      relation,
      { kind: 'unique', name: index.name, index, deferrable: false, fresh: false },
      how.cascade,
    );
  }
  lock(run, relation, how.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE');
  relation.indexes = relation.indexes.filter((one) => one !== index);
  touch(run, `index:${relationKey(relation)}.${index.name}`);
}
