/** DROP of anything. */
import type { DropStmt, Node } from 'libpg-query';
import { nameParts } from './ast.ts';
import { dropIndex } from './drop-index.ts';
import { incomingKeys, releaseViews } from './dependents.ts';
import { dropType } from './drop-type.ts';
import { dropFunction } from './functions.ts';
import { descendants, findRelation } from './lookup.ts';
import { type Relation, relationKey } from './model.ts';
import { type Run, StatementFails, finding, lock, touch } from './run.ts';

export interface DropHow {
  readonly ifExists: boolean;
  readonly cascade: boolean;
  readonly concurrent: boolean;
}

export function drop(run: Run, statement: DropStmt): void {
  const how: DropHow = {
    ifExists: statement.missing_ok === true,
    cascade: statement.behavior === 'DROP_CASCADE',
    concurrent: statement.concurrent === true,
  };
  const objects = statement.objects ?? [];
  // One statement may drop a table together with what depends on it, in any order.
  const order =
    objects.length > 1 && /TABLE|VIEW/.test(statement.removeType ?? '') ? byDependency(run, objects) : objects;
  for (const object of order) dropOne(run, statement.removeType ?? '', object, how);
}

function byDependency(run: Run, objects: readonly Node[]): Node[] {
  const position = (node: Node) => {
    const found = findRelation(run.catalog, nameParts(node));
    return found ? [...run.catalog.relations.values()].indexOf(found) : -1;
  };
  return objects.toSorted((a, b) => position(b) - position(a));
}

function dropOne(run: Run, kind: string, object: Node, how: DropHow): void {
  const parts = nameParts(object);
  switch (kind) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
      return dropRelation(run, parts, how);
    case 'OBJECT_INDEX':
      return dropIndex(run, parts, how);
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return dropType(run, parts, how);
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return dropFunction(run, object, how);
    case 'OBJECT_SCHEMA':
      return dropSchema(run, parts.at(-1) ?? '', how);
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      return dropPart(run, kind, parts, how);
    case 'OBJECT_EXTENSION':
      run.catalog.extensions.delete(parts[0] ?? '');
      return finding(run, 'drops-extension', 'what depends on it is not known here', 'Check pg_depend first.');
    default:
      return;
  }
}

function missing(run: Run, what: string, { ifExists }: DropHow): void {
  if (!ifExists && run.catalog.complete) throw new StatementFails('missing-relation', `${what} does not exist`);
}

function dropRelation(run: Run, parts: string[], how: DropHow): void {
  const relation = findRelation(run.catalog, parts);
  if (!relation) return missing(run, parts.join('.'), how);
  removeRelation(run, relation, how);
}

/** Removes it and what goes with it; locks what else is touched. */
export function removeRelation(run: Run, relation: Relation, how: DropHow): void {
  lock(run, relation, 'ACCESS EXCLUSIVE');
  if (relation.kind === 'sequence') releaseDefaults(run, relation, how);
  releaseViews(run, relation, null, how.cascade);
  for (const { relation: other, at } of incomingKeys(run.catalog, relation)) {
    const one = other.constraints[at];
    if (other === relation || !one) continue;
    if (!how.cascade)
      throw new StatementFails(
        'used-by-foreign-key',
        `foreign key ${one.name} of ${other.name} refers to ${relation.name}`,
      );
    lock(run, other, 'ACCESS EXCLUSIVE');
    other.constraints = other.constraints.filter((item) => item !== one);
    touch(run, `constraint:${relationKey(other)}.${one.name}`);
  }
  for (const one of relation.constraints) if (one.kind === 'foreign') lock(run, one.target, 'ACCESS EXCLUSIVE');
  for (const parent of relation.parents) lock(run, parent, relation.partition ? 'ACCESS EXCLUSIVE' : 'ACCESS SHARE');
  const children = descendants(run.catalog, relation);
  const isPlain = children.some((child) => !child.partition);
  if (children.length > 0 && isPlain && !how.cascade) {
    throw new StatementFails('has-children', `tables inherit from ${relation.name}`);
  }
  for (const child of children) erase(run, child);
  erase(run, relation);
}

function erase(run: Run, relation: Relation): void {
  lock(run, relation, 'ACCESS EXCLUSIVE');
  run.catalog.relations.delete(relationKey(relation));
  touch(run, `relation:${relationKey(relation)}`);
  for (const sequence of run.catalog.relations.values()) {
    if (sequence.ownedBy?.relation === relation) erase(run, sequence);
  }
  const holdsRows = relation.kind === 'table' || relation.kind === 'partitioned';
  if (relation.fresh || !holdsRows) return;
  run.current.destroysData = run.judging;
  finding(
    run,
    'drops-table',
    `the rows of ${relation.name} are gone, and running code that names it fails`,
    'Rename it first, drop it a release later.',
  );
}

function releaseDefaults(run: Run, sequence: Relation, how: DropHow): void {
  const owner = sequence.ownedBy;
  if (!owner || !owner.relation.columns.includes(owner.column) || owner.column.default === null) return;
  if (!how.cascade)
    throw new StatementFails('used-by-default', `the default of ${owner.relation.name}.${owner.column.name} uses it`);
  lock(run, owner.relation, 'ACCESS EXCLUSIVE');
  owner.column.default = null;
  touch(run, `column:${relationKey(owner.relation)}.${owner.column.name}`);
}

function dropSchema(run: Run, name: string, how: DropHow): void {
  if (!run.catalog.schemas.has(name)) return missing(run, `schema ${name}`, how);
  const inside = [...run.catalog.relations.values()].filter((one) => one.schema === name);
  if (inside.length > 0 && !how.cascade) throw new StatementFails('not-empty', `schema ${name} is not empty`);
  for (const one of inside) if (run.catalog.relations.has(relationKey(one))) removeRelation(run, one, how);
  run.catalog.schemas.delete(name);
  for (const map of [run.catalog.types, run.catalog.functions]) {
    for (const [key, one] of map) if (one.schema === name) map.delete(key);
  }
  touch(run, `schema:${name}`);
}

function dropPart(run: Run, kind: string, parts: string[], how: DropHow): void {
  const relation = findRelation(run.catalog, parts.slice(0, -1));
  const name = parts.at(-1) ?? '';
  if (!relation) return missing(run, parts.slice(0, -1).join('.'), how);
  lock(run, relation, 'ACCESS EXCLUSIVE');
  const list: readonly { name: string }[] = kind === 'OBJECT_TRIGGER' ? relation.triggers : relation.policies;
  if (kind === 'OBJECT_RULE') {
    relation.rules = relation.rules.filter((one) => one !== name);
    return;
  }
  if (!list.some((one) => one.name === name)) return missing(run, `${name} on ${relation.name}`, how);
  if (kind === 'OBJECT_TRIGGER') relation.triggers = relation.triggers.filter((one) => one.name !== name);
  else relation.policies = relation.policies.filter((one) => one.name !== name);
  touch(run, `relation:${relationKey(relation)}`);
}
