/** RENAME and SET SCHEMA. */
import type { AlterObjectSchemaStmt, RenameStmt } from 'libpg-query';
import { nameParts, rangeParts, renamed } from './ast.ts';
import { functionsNamed } from './functions.ts';
import {
  descendants,
  findColumn,
  findIndex,
  findRelation,
  findType,
  needColumn,
  needRelation,
  noteIndex,
} from './lookup.ts';
import { type Column, type Relation, type UserType, relationKey } from './model.ts';
import { type Run, StatementFails, lock, touch } from './run.ts';
import { strongerLock } from './verdict.ts';

export function rename(run: Run, statement: RenameStmt): void {
  const to = statement.newname ?? '';
  const from = statement.subname ?? '';
  switch (statement.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
    case 'OBJECT_FOREIGN_TABLE':
      return renameRelation(run, statement, to);
    case 'OBJECT_INDEX':
      return renameIndex(run, rangeParts(statement.relation), to, statement.missing_ok === true);
    case 'OBJECT_COLUMN':
    case 'OBJECT_ATTRIBUTE':
      return renameColumn(run, statement, from, to);
    case 'OBJECT_TABCONSTRAINT':
      return renameConstraint(run, statement, from, to);
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return renameType(run, nameParts(statement.object), { name: to });
    case 'OBJECT_SCHEMA':
      return renameSchema(run, from, to);
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return moveFunction(run, nameParts(statement.object), { name: to });
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
      return renamePart(run, statement, from, to);
    default:
      return;
  }
}

export function moveToSchema(run: Run, statement: AlterObjectSchemaStmt): void {
  const schema = statement.newschema ?? '';
  if (!run.catalog.schemas.has(schema) && run.catalog.complete) {
    throw new StatementFails('missing-schema', `schema ${schema} does not exist`);
  }
  if (statement.relation) {
    const relation = need(run, rangeParts(statement.relation), statement.missing_ok === true);
    if (!relation) return;
    rekey(run, relation, { schema });
    const owned = [...run.catalog.relations.values()].filter((one) => one.ownedBy?.relation === relation);
    for (const sequence of owned) {
      rekey(run, sequence, { schema });
    }
    return;
  }
  const parts = nameParts(statement.object);
  if (/TYPE|DOMAIN/.test(statement.objectType ?? '')) return renameType(run, parts, { schema });
  if (/FUNCTION|PROCEDURE|ROUTINE/.test(statement.objectType ?? '')) moveFunction(run, parts, { schema });
}

function need(run: Run, parts: string[], ifExists: boolean): Relation | null {
  if (ifExists && run.catalog.complete && !findRelation(run.catalog, parts)) return null;
  return needRelation(run, parts);
}

function rekey(run: Run, relation: Relation, change: { schema?: string; name?: string }): void {
  lock(run, relation, 'ACCESS EXCLUSIVE');
  const before = relationKey(relation);
  const after = relationKey({ schema: relation.schema, name: relation.name, ...change });
  if (run.catalog.relations.has(after)) throw new StatementFails('duplicate', `${after} exists already`);
  run.catalog.relations.delete(before);
  Object.assign(relation, change);
  run.catalog.relations.set(after, relation);
  touch(run, `relation:${before}`, `relation:${after}`);
}

function renameRelation(run: Run, statement: RenameStmt, to: string): void {
  const parts = rangeParts(statement.relation);
  if (findIndex(run.catalog, parts) && !findRelation(run.catalog, parts)) return renameIndex(run, parts, to, false);
  const relation = need(run, parts, statement.missing_ok === true);
  if (relation) rekey(run, relation, { name: to });
}

function renameIndex(run: Run, parts: string[], to: string, ifExists: boolean): void {
  const found = findIndex(run.catalog, parts);
  const index = found?.relation.indexes[found.at];
  if (!found || !index) {
    if (ifExists || !run.catalog.complete) return;
    throw new StatementFails('missing-index', `index ${parts.join('.')} does not exist`);
  }
  for (const one of found.relation.constraints) if ('index' in one && one.index === index) one.name = to;
  index.name = to;
  noteIndex(run.catalog, found.relation, to);
  if (run.judging && !index.fresh) run.current.lock = strongerLock(run.current.lock, 'SHARE UPDATE EXCLUSIVE');
}

function renameColumn(run: Run, statement: RenameStmt, from: string, to: string): void {
  const relation = need(run, rangeParts(statement.relation), statement.missing_ok === true);
  if (!relation) return;
  const column = needColumn(relation, from);
  if (findColumn(relation, to)) throw new StatementFails('duplicate', `${relation.name} has a column ${to} already`);
  if (column.inherited && relation.parents.length > 0)
    throw new StatementFails('inherited-column', `${from} is inherited: rename it in the parent`);
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    const own = findColumn(member, from);
    lock(run, member, 'ACCESS EXCLUSIVE');
    if (own) renameIn(run, member, own, to);
  }
}

function renameIn(run: Run, relation: Relation, column: Column, to: string): void {
  const from = column.name;
  touch(run, `column:${relationKey(relation)}.${from}`, `column:${relationKey(relation)}.${to}`);
  column.name = to;
  for (const one of relation.constraints) if (one.kind === 'check') one.expression = renamed(one.expression, from, to);
  for (const index of relation.indexes) {
    index.expressions = index.expressions.map((node) => renamed(node, from, to));
    if (index.predicate) index.predicate = renamed(index.predicate, from, to);
  }
  for (const one of relation.columns) if (one.generated && one.default) one.default = renamed(one.default, from, to);
  relation.partitionKey = relation.partitionKey.map((name) => (name === from ? to : name));
}

function renameConstraint(run: Run, statement: RenameStmt, from: string, to: string): void {
  const relation = need(run, rangeParts(statement.relation), statement.missing_ok === true);
  if (!relation) return;
  lock(run, relation, 'ACCESS EXCLUSIVE');
  const found = relation.constraints.find((one) => one.name === from);
  if (!found) {
    if (relation.phantom) return;
    throw new StatementFails('missing-constraint', `${relation.name} has no constraint ${from}`);
  }
  found.name = to;
  if (!('index' in found)) return;
  found.index.name = to;
  noteIndex(run.catalog, relation, to);
}

function renamePart(run: Run, statement: RenameStmt, from: string, to: string): void {
  const relation = need(run, rangeParts(statement.relation), statement.missing_ok === true);
  if (!relation) return;
  lock(run, relation, 'ACCESS EXCLUSIVE');
  for (const one of [...relation.triggers, ...relation.policies]) if (one.name === from) one.name = to;
}

function renameType(run: Run, parts: string[], change: { schema?: string; name?: string }): void {
  const type = findType(run.catalog, parts);
  if (!type) {
    if (!run.catalog.complete) return;
    throw new StatementFails('missing-type', `type ${parts.join('.')} does not exist`);
  }
  const before = relationKey(type);
  const after = relationKey({ schema: type.schema, name: type.name, ...change });
  if (run.catalog.types.has(after)) throw new StatementFails('duplicate', `type ${after} exists already`);
  rekeyType(run, type, before, change);
}

function rekeyType(run: Run, type: UserType, before: string, change: { schema?: string; name?: string }): void {
  run.catalog.types.delete(before);
  Object.assign(type, change);
  const after = relationKey(type);
  run.catalog.types.set(after, type);
  for (const relation of run.catalog.relations.values()) {
    for (const column of relation.columns) {
      if (column.type.name === before) column.type = { ...column.type, name: after };
    }
  }
  touch(run, `type:${before}`, `type:${after}`);
}

function renameSchema(run: Run, from: string, to: string): void {
  if (!run.catalog.schemas.delete(from) && run.catalog.complete) {
    throw new StatementFails('missing-schema', `schema ${from} does not exist`);
  }
  run.catalog.schemas.add(to);
  touch(run, `schema:${from}`);
  const inside = [...run.catalog.relations].filter(([, one]) => one.schema === from);
  for (const [key, relation] of inside) {
    run.catalog.relations.delete(key);
    relation.schema = to;
    run.catalog.relations.set(relationKey(relation), relation);
    touch(run, `relation:${key}`);
  }
  const types = [...run.catalog.types.values()].filter((one) => one.schema === from);
  for (const type of types) {
    rekeyType(run, type, relationKey(type), { schema: to });
  }
  for (const one of run.catalog.functions.values()) if (one.schema === from) one.schema = to;
}

function moveFunction(run: Run, parts: string[], change: { schema?: string; name?: string }): void {
  const [found] = functionsNamed(run, parts);
  if (!found) {
    if (!run.catalog.complete) return;
    throw new StatementFails('missing-function', `function ${parts.join('.')} does not exist`);
  }
  const before = `${relationKey(found)}(${found.arguments})`;
  run.catalog.functions.delete(before);
  for (const relation of run.catalog.relations.values()) {
    relation.triggers = relation.triggers.map((one) =>
      one.function === found.name && change.name ? { ...one, function: change.name } : one,
    );
  }
  Object.assign(found, change);
  run.catalog.functions.set(`${relationKey(found)}(${found.arguments})`, found);
  touch(run, `function:${before}`);
}
