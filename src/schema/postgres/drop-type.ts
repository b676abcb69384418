/** DROP TYPE and DROP DOMAIN. */
import { dropColumn } from './alter-columns.ts';
import type { DropHow } from './drop.ts';
import { findType } from './lookup.ts';
import { type Column, type Relation, type UserType, relationKey } from './model.ts';
import { type Run, StatementFails, lock, touch } from './run.ts';

/** Columns of the type. */
export function usersOf(run: Run, type: UserType): { relation: Relation; column: Column }[] {
  const name = relationKey(type);
  return [...run.catalog.relations.values()].flatMap((relation) =>
    relation.columns.filter((column) => column.type.name === name).map((column) => ({ relation, column })),
  );
}

export function dropType(run: Run, parts: string[], how: DropHow): void {
  const type = findType(run.catalog, parts);
  if (!type) {
    if (how.ifExists || !run.catalog.complete) return;
    throw new StatementFails('missing-type', `type ${parts.join('.')} does not exist`);
  }
  for (const { relation, column } of usersOf(run, type)) {
    if (!how.cascade) throw new StatementFails('used-by-column', `${relation.name}.${column.name} has this type`);
    lock(run, relation, 'ACCESS EXCLUSIVE');
    if (!column.inherited) dropColumn(run, relation, column.name, { ifExists: true, cascade: true });
  }
  run.catalog.types.delete(relationKey(type));
  touch(run, `type:${relationKey(type)}`);
}
