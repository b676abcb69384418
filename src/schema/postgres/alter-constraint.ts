/** DROP, VALIDATE and ALTER CONSTRAINT. */
import type { Node } from 'libpg-query';
import type { DropOptions } from './alter-columns.ts';
import { releaseKey } from './dependents.ts';
import { descendants, family } from './lookup.ts';
import { type Constraint, type Relation, relationKey } from './model.ts';
import { type Run, StatementFails, finding, lock, touch, work } from './run.ts';

function need(relation: Relation, name: string): Constraint | null {
  const found = relation.constraints.find((one) => one.name === name);
  if (!found && !relation.phantom)
    throw new StatementFails('missing-constraint', `${relation.name} has no constraint ${name}`);
  return found ?? null;
}

export function dropConstraint(run: Run, relation: Relation, name: string, options: DropOptions): void {
  if (options.ifExists && !relation.constraints.some((one) => one.name === name)) return;
  const constraint = need(relation, name);
  if (!constraint) return;
  if (constraint.kind === 'foreign') {
    for (const member of family(run.catalog, constraint.target)) lock(run, member, 'ACCESS EXCLUSIVE');
  }
  if (constraint.kind === 'primary' || constraint.kind === 'unique') {
    releaseKey(run, relation, constraint, options.cascade);
  }
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    touch(run, `constraint:${relationKey(member)}.${name}`);
    if (constraint.kind !== 'check' && constraint.kind !== 'foreign') {
      member.indexes = member.indexes.filter((index) => index !== constraint.index);
    }
    member.constraints = member.constraints.filter((one) => one.name !== name);
  }
}

/** Looks at every row, under a lock that lets traffic through; unless the transaction holds a stronger one. */
export function validateConstraint(run: Run, relation: Relation, name: string): void {
  const constraint = need(relation, name);
  if (!constraint) return work(run, relation, 'scan');
  if (constraint.kind !== 'check' && constraint.kind !== 'foreign') {
    throw new StatementFails('not-validatable', `${name} is neither a check nor a foreign key`);
  }
  if (constraint.kind === 'foreign') lock(run, constraint.target, 'ROW SHARE');
  if (constraint.valid) return;
  for (const member of family(run.catalog, relation)) {
    for (const one of member.constraints) if ('valid' in one && one.name === name) one.valid = true;
    work(run, member, 'scan');
  }
  if (!run.current.long) return;
  const why = `the lock that this transaction already holds is kept while every row of ${relation.name} is checked`;
  finding(run, 'validates-under-lock', why, 'VALIDATE in a transaction of its own.');
}

export function alterConstraint(run: Run, relation: Relation, def: Node | undefined): void {
  const alter = def && 'ATAlterConstraint' in def ? def.ATAlterConstraint : undefined;
  const constraint = need(relation, alter?.conname ?? '');
  if (!constraint) return;
  if (constraint.kind !== 'foreign') throw new StatementFails('not-foreign', `${constraint.name} is not a foreign key`);
  lock(run, constraint.target, 'ACCESS EXCLUSIVE');
}
