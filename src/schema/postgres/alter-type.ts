/** ALTER COLUMN … TYPE: free, rewritten, with which indexes, or refused. */
import type { ColumnDef, Node } from 'libpg-query';
import { columnNames, columnType, formatType, sameType, texts } from './ast.ts';
import { baseType, castKind, isFreeChange } from './casts.ts';
import { canonical, constantOf } from './expression.ts';
import { dependentViews } from './dependents.ts';
import { descendants, enumOf, findColumn, needColumn, qualified } from './lookup.ts';
import { type Column, type ColumnType, type Index, type Relation, relationKey } from './model.ts';
import { requireComparable, requireExtension } from './type-refusals.ts';
import { type Run, CannotTell, StatementFails, finding, lock, touch, work } from './run.ts';

const RECIPE = 'Add a new column, write both, copy in batches, switch reads, drop the old one a release later.';

export function alterColumnType(
  run: Run,
  relation: Relation,
  name: string,
  def: ColumnDef,
  oneCommand: ReadonlySet<string>,
): void {
  const column = needColumn(relation, name);
  const to = qualified(run.catalog, columnType(def.typeName));
  const using = def.raw_default ?? null;
  const collation = texts(def.collClause?.collname).at(-1) ?? null;
  lock(run, relation, 'ACCESS EXCLUSIVE');
  refuse(run, relation, column);
  if (column.inherited) throw new StatementFails('inherited-column', `${name} is inherited: alter the parent`);
  const source = sourceType(run, column, using);
  const kind = castKind(run.catalog, column.type, to);
  if (using === null && (kind === 'none' || kind === 'explicit')) {
    throw new StatementFails(
      'cannot-cast',
      `${name} cannot be cast from ${formatType(column.type)} to ${formatType(to)} automatically`,
    );
  }
  requireDefaultCast(run, column, to, oneCommand);
  requireExtension(run, to);
  requireComparable(run, relation, column, to);
  if (run.judging && kind === 'unknown' && using === null && !sameType(column.type, to)) {
    throw new CannotTell(`the types ${formatType(column.type)} and ${formatType(to)} are not known well enough`);
  }
  const free =
    source !== null && (sameType(source, to) || zoneIsFree(run, source, to) || isFreeChange(run.catalog, source, to));
  for (const member of [relation, ...descendants(run.catalog, relation)]) {
    const own = findColumn(member, name);
    if (own) changeOne(run, member, own, to, free, collation);
  }
  if (destroys(column, source, to, using) && !relation.fresh && !column.fresh) run.current.destroysData = true;
}

/** `USING col::type` is judged by that cast; other expressions compute each row. Null: computed. */
function sourceType(run: Run, column: Column, using: Node | null): ColumnType | null {
  if (using === null) return column.type;
  if ('ColumnRef' in using && columnNames(using)[0] === column.name) return column.type;
  if (!('TypeCast' in using) || !using.TypeCast.arg || !('ColumnRef' in using.TypeCast.arg)) return null;
  if (columnNames(using)[0] !== column.name) return null;
  const cast = qualified(run.catalog, columnType(using.TypeCast.typeName));
  return isFreeChange(run.catalog, column.type, cast) ? cast : null;
}

/** Between timestamp and timestamptz nothing moves while the session's zone is UTC. */
function zoneIsFree(run: Run, from: ColumnType, to: ColumnType): boolean {
  const pair = [from, to]
    .map((type) => baseType(run.catalog, type).name)
    .sort()
    .join();
  if (pair !== 'timestamp,timestamptz' || run.timeZone !== 'UTC') return false;
  const [a, b] = [from.mods[0] ?? 6, to.mods[0] ?? 6];
  if (b < a) return false;
  finding(
    run,
    'zone-dependent',
    'it changes only the catalog when the session runs in UTC, and rewrites the table otherwise',
    "SET timezone = 'UTC' first.",
  );
  return true;
}

function refuse(run: Run, relation: Relation, column: Column): void {
  const views = dependentViews(run.catalog, relation, column);
  if (views[0]) throw new StatementFails('used-by-view', `view ${views[0].name} uses ${relation.name}.${column.name}`);
  if (relation.partitionKey.includes(column.name)) {
    throw new StatementFails('partition-key', `${column.name} is part of the partition key of ${relation.name}`);
  }
  if (relation.triggers.some((trigger) => trigger.columns.includes(column.name))) {
    throw new StatementFails('used-by-trigger', `a trigger definition uses ${relation.name}.${column.name}`);
  }
  if (
    relation.policies.some((one) => [one.using, one.withCheck].some((node) => columnNames(node).includes(column.name)))
  ) {
    throw new StatementFails('used-by-policy', `a policy uses ${relation.name}.${column.name}`);
  }
  const generated = relation.columns.find((one) => one.generated && columnNames(one.default).includes(column.name));
  if (generated)
    throw new StatementFails('used-by-generated', `generated column ${generated.name} uses ${column.name}`);
}

function requireDefaultCast(run: Run, column: Column, to: ColumnType, oneCommand: ReadonlySet<string>): void {
  if (!column.default || column.generated || oneCommand.has(column.name)) return;
  if ('FuncCall' in column.default && texts(column.default.FuncCall.funcname).at(-1) === 'nextval') return;
  const written = 'TypeCast' in column.default ? columnType(column.default.TypeCast.typeName) : column.type;
  const value = constantOf(column.default);
  const from =
    typeof value === 'number' && !('TypeCast' in column.default)
      ? { name: Number.isInteger(value) ? 'int4' : 'numeric', mods: [], array: false }
      : written;
  const kind = castKind(run.catalog, enumOf(run.catalog, column.type) ? column.type : from, to);
  if (kind === 'none' || kind === 'explicit') {
    throw new StatementFails(
      'default-not-castable',
      `the default of ${column.name} cannot be cast to ${formatType(to)}: drop it first, set it again after`,
    );
  }
}

function changeOne(
  run: Run,
  relation: Relation,
  own: Column,
  to: ColumnType,
  free: boolean,
  collation: string | null,
): void {
  const before = own.type;
  lock(run, relation, 'ACCESS EXCLUSIVE');
  own.type = to;
  touch(run, `column:${relationKey(relation)}.${own.name}`);
  const collated = collation !== null && collation !== own.collation;
  if (collation !== null) own.collation = collation;
  for (const other of foreignNeighbours(run, relation, own)) lock(run, other, 'ACCESS EXCLUSIVE');
  if (relation.kind === 'view') return;
  if (!free) {
    work(run, relation, 'rewrite');
    const why = `${relation.name} is rewritten with all its indexes to turn ${own.name} from ${formatType(before)} into ${formatType(to)}; reads and writes wait`;
    return finding(run, 'type-rewrites', why, RECIPE);
  }
  const rebuilt = relation.indexes.filter((index) => mustRebuild(run, index, own, before, to, collated));
  reportFree(run, relation, own, rebuilt);
}

/** What a change that keeps the bytes still costs. */
function reportFree(run: Run, relation: Relation, own: Column, rebuilt: readonly Index[]): void {
  if (rebuilt.length > 0) {
    work(run, relation, 'index-build');
    const names = rebuilt.map((index) => index.name).join(', ');
    finding(
      run,
      'type-rebuilds-index',
      `the bytes stay, but ${names} is built anew while reads and writes wait`,
      RECIPE,
    );
  }
  if (
    relation.constraints.some(
      (one) => one.kind === 'check' && one.valid && columnNames(one.expression).includes(own.name),
    )
  ) {
    work(run, relation, 'scan');
    finding(
      run,
      'type-rechecks',
      `a check on ${own.name} is tested on every row again`,
      'Drop the check, change the type, add it NOT VALID, validate it later.',
    );
  }
}

/** Tables at the other end of a foreign key over the column. */
function foreignNeighbours(run: Run, relation: Relation, column: Column): Relation[] {
  const found: Relation[] = [];
  for (const other of run.catalog.relations.values()) {
    for (const one of other.constraints) {
      if (one.kind !== 'foreign') continue;
      if (other === relation && one.columns.includes(column)) found.push(one.target);
      if (one.target === relation && one.targetColumns.includes(column)) found.push(other);
    }
  }
  return found;
}

const CLASSES: Readonly<Record<string, string>> = { varchar: 'text', cidr: 'inet', regclass: 'oid' };

function mustRebuild(
  run: Run,
  index: Index,
  column: Column,
  from: ColumnType,
  to: ColumnType,
  collated: boolean,
): boolean {
  const plain = index.columns.includes(column);
  const mentioned = [...index.expressions, index.predicate].some((node) => columnNames(node).includes(column.name));
  if (mentioned) return true;
  if (!plain) return false;
  if (index.expressions.length > 0 || index.predicate) return true;
  const [a, b] = [from, to].map((type) => baseType(run.catalog, type).name).map((name) => CLASSES[name] ?? name);
  return collated || a !== b;
}

/** Values are cut, rounded or computed from: the old ones cannot be had back. */
function destroys(column: Column, source: ColumnType | null, to: ColumnType, using: Node | null): boolean {
  if (using !== null && source === null) {
    const isCast = 'TypeCast' in using && canonical(using).includes(`col:${column.name}`);
    return !isCast || narrows(column.type, to);
  }
  return source !== null && narrows(source, to);
}

const RANK = ['int2', 'int4', 'int8', 'numeric'];

function narrows(from: ColumnType, to: ColumnType): boolean {
  const pair = `${from.name}>${to.name}`;
  if (['timestamp>date', 'timestamptz>date', 'timestamp>time', 'timestamptz>time', 'jsonb>json'].includes(pair))
    return pair !== 'jsonb>json';
  if (/^(numeric|float4|float8)$/.test(from.name) && RANK.slice(0, 3).includes(to.name)) return true;
  if (pair === 'float8>float4' || pair === 'numeric>float4' || pair === 'numeric>float8') return true;
  if (from.name === 'numeric' && to.name === 'numeric')
    return to.mods.length > 0 && (from.mods.length === 0 || (to.mods[1] ?? 0) < (from.mods[1] ?? 0));
  if (from.name === to.name && to.name.startsWith('time'))
    return to.mods.length > 0 && (to.mods[0] ?? 6) < (from.mods[0] ?? 6);
  return false;
}
