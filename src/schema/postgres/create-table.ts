/** CREATE TABLE in its forms: plain, LIKE, INHERITS, PARTITION OF, AS SELECT. */
import type { CreateStmt, CreateTableAsStmt, Node } from 'libpg-query';
import { rangeParts, text } from './ast.ts';
import { addOwnSequence } from './alter-columns.ts';
import { readColumn } from './column-definition.ts';
import { addConstraint } from './constraint.ts';
import { addParent, creationSchema, findColumn, needRelation, newColumn, noteIndex } from './lookup.ts';
import { type Index, type Relation, type RelationKind, newRelation, relationKey } from './model.ts';
import { checkDefault, partitionOf } from './partition.ts';
import { outputColumns, readsOf, requireRelations } from './query.ts';
import { type Run, StatementFails, lock, touch } from './run.ts';
import { touchData } from './data.ts';

/** Makes a relation, or returns null where IF NOT EXISTS finds one. @throws StatementFails */
export function makeRelation(run: Run, parts: string[], kind: RelationKind, ifNotExists: boolean): Relation | null {
  const schema = creationSchema(run.catalog, parts);
  const relation = newRelation(schema, parts.at(-1) ?? '', kind, run.judging);
  const key = relationKey(relation);
  if (run.catalog.relations.has(key)) {
    if (ifNotExists) return null;
    throw new StatementFails('duplicate', `${relation.name} exists already`);
  }
  if (!run.catalog.schemas.has(schema)) {
    if (run.catalog.complete) throw new StatementFails('missing-schema', `schema ${schema} does not exist`);
    run.catalog.schemas.add(schema);
  }
  run.catalog.relations.set(key, relation);
  touch(run, `relation:${key}`);
  return relation;
}

export function createTable(run: Run, statement: CreateStmt, kind: RelationKind = 'table'): void {
  const parts = rangeParts(statement.relation);
  if (statement.relation?.relpersistence === 't') parts.unshift('pg_temp');
  if (statement.relation?.relpersistence === 't') run.catalog.schemas.add('pg_temp');
  const relation = makeRelation(
    run,
    parts,
    statement.partspec ? 'partitioned' : kind,
    statement.if_not_exists === true,
  );
  if (!relation) return;
  try {
    fillTable(run, relation, statement);
  } catch (error) {
    run.catalog.relations.delete(relationKey(relation));
    throw error;
  }
}

function fillTable(run: Run, relation: Relation, statement: CreateStmt): void {
  for (const node of statement.inhRelations ?? []) {
    if ('RangeVar' in node) inheritFrom(run, relation, needRelation(run, rangeParts(node.RangeVar)), statement);
  }
  for (const node of statement.tableElts ?? []) {
    if ('ColumnDef' in node) defineColumn(run, relation, node.ColumnDef);
    if ('TableLikeClause' in node) {
      const source = needRelation(run, rangeParts(node.TableLikeClause.relation));
      lock(run, source, 'ACCESS SHARE');
      copyLike(relation, source, node.TableLikeClause.options ?? 0);
      for (const index of relation.indexes) noteIndex(run.catalog, relation, index.name);
    }
  }
  for (const node of statement.partspec?.partParams ?? []) {
    if ('PartitionElem' in node && node.PartitionElem.name) relation.partitionKey.push(node.PartitionElem.name);
  }
  // The parser keeps the constraints of columns with their columns: keys come before what refers to them.
  const own = (statement.tableElts ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  for (const constraint of own) addConstraint(run, relation, constraint);
}

function defineColumn(run: Run, relation: Relation, def: Parameters<typeof readColumn>[1]): void {
  const plan = readColumn(run, def);
  const inherited = findColumn(relation, plan.column.name);
  if (inherited)
    Object.assign(inherited, {
      default: plan.column.default ?? inherited.default,
      notNull: inherited.notNull || plan.column.notNull,
    });
  else relation.columns.push(plan.column);
  plan.column.filled = { kind: 'mixed' };
  if (plan.sequence) addOwnSequence(run, relation, plan.column.name);
  for (const constraint of plan.constraints)
    addConstraint(run, relation, constraint, { column: inherited ?? plan.column });
}

function inheritFrom(run: Run, relation: Relation, parent: Relation, statement: CreateStmt): void {
  const isPartition = statement.partbound !== undefined;
  if (isPartition && parent.kind !== 'partitioned' && !parent.phantom) {
    throw new StatementFails('not-partitioned', `${parent.name} is not partitioned`);
  }
  lock(run, parent, isPartition ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE');
  for (const column of parent.columns) {
    if (!findColumn(relation, column.name)) relation.columns.push({ ...column, inherited: true, fresh: run.judging });
  }
  for (const one of parent.constraints) if (one.kind === 'check') relation.constraints.push({ ...one });
  addParent(run.catalog, relation, parent);
  if (!isPartition) return;
  relation.partition = partitionOf(statement.partbound);
  if (!relation.partition.isDefault) checkDefault(run, parent, relation);
  for (const one of parent.constraints) {
    if (one.kind === 'foreign') {
      relation.constraints.push({
        ...one,
        columns: one.columns.map((column) => findColumn(relation, column.name) ?? column),
      });
      lock(run, one.target, 'SHARE ROW EXCLUSIVE');
    }
  }
}

/** Bits of `LIKE … INCLUDING`, as the server numbers them. */
const LIKE = { constraints: 4, defaults: 8, generated: 16, identity: 32, indexes: 64 } as const;

function copyLike(relation: Relation, source: Relation, options: number): void {
  for (const column of source.columns) {
    const copy = {
      ...newColumn(column.name, column.type, relation.fresh),
      notNull: column.notNull,
      collation: column.collation,
    };
    if (options & LIKE.defaults && !column.generated) copy.default = column.default;
    if (options & LIKE.generated && column.generated)
      Object.assign(copy, { default: column.default, generated: column.generated });
    if (options & LIKE.identity) copy.identity = column.identity;
    relation.columns.push({ ...copy, filled: { kind: 'mixed' } });
  }
  if (options & LIKE.constraints) {
    for (const one of source.constraints) if (one.kind === 'check') relation.constraints.push({ ...one });
  }
  if (options & LIKE.indexes) for (const index of source.indexes) relation.indexes.push(copyIndex(relation, index));
}

function copyIndex(relation: Relation, index: Index): Index {
  const columns = index.columns.map((column) => (column ? findColumn(relation, column.name) : null));
  return { ...index, name: `${relation.name}_${index.name}`.slice(0, 63), columns, fresh: relation.fresh };
}

export function createTableAs(run: Run, statement: CreateTableAsStmt): void {
  const kind = statement.objtype === 'OBJECT_MATVIEW' ? 'matview' : 'table';
  const parts = rangeParts(statement.into?.rel);
  const query: Node | null = statement.query ?? null;
  requireRelations(run, query);
  const relation = makeRelation(run, parts, kind, statement.if_not_exists === true);
  if (!relation) return;
  relation.populated = statement.into?.skipData !== true;
  const names = (statement.into?.colNames ?? []).map(text);
  relation.columns = outputColumns(run, query, names);
  if (kind === 'matview') {
    relation.query = query;
    relation.reads = readsOf(run, query);
  }
  touchData(run, query, relation.populated);
}
