/** Adding a constraint, in CREATE TABLE, ADD COLUMN or ADD CONSTRAINT. */
import type { Constraint as ConstraintNode, Node } from 'libpg-query';
import { columnNames, rangeParts, text, texts } from './ast.ts';
import { isComparable } from './casts.ts';
import { evaluate } from './evaluate.ts';
import { descendants, family, findColumn, findIndex, needColumn, needRelation, noteIndex } from './lookup.ts';
import { type Column, type Index, type Key, type Relation, relationKey } from './model.ts';
import { proveNotNull } from './not-null.ts';
import { requireOrder } from './type-refusals.ts';
import { type Run, StatementFails, failsOnRows, finding, lock, touch, work } from './run.ts';

export interface Circumstances {
  /** CREATE TABLE, or ADD COLUMN: the column that carries it. */
  readonly column?: Column;
  /** A new column without values: its foreign key needs no look at the rows. */
  readonly skipScan?: boolean;
}

export function addConstraint(run: Run, relation: Relation, node: ConstraintNode, how: Circumstances = {}): void {
  switch (node.contype) {
    case 'CONSTR_CHECK':
      return addCheck(run, relation, node, how);
    case 'CONSTR_FOREIGN':
      return addForeignKey(run, relation, node, how);
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION':
      return addKey(run, relation, node, how);
    case 'CONSTR_NOTNULL':
      return proveNotNull(
        run,
        relation,
        needColumn(relation, texts(node.keys)[0] ?? ''),
        node.skip_validation !== true,
      );
    default:
      return;
  }
}

function freeName(relation: Relation, wanted: string): string {
  const taken = new Set(relation.constraints.map((one) => one.name));
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}${i}`;
  return name;
}

function nameFor(relation: Relation, node: ConstraintNode, columns: readonly string[], suffix: string): string {
  const given = node.conname;
  if (given && relation.constraints.some((one) => one.name === given)) {
    throw new StatementFails('duplicate', `constraint ${given} exists already on ${relation.name}`);
  }
  return given ?? freeName(relation, [relation.name, ...columns, suffix].join('_').slice(0, 63));
}

function addCheck(run: Run, relation: Relation, node: ConstraintNode, how: Circumstances): void {
  const expression = node.raw_expr;
  if (!expression) return;
  for (const name of columnNames(expression)) needColumn(relation, name);
  const valid = node.skip_validation !== true;
  const columns = how.column ? [how.column.name] : columnNames(expression).slice(0, 1);
  const name = nameFor(relation, node, columns, 'check');
  for (const member of family(run.catalog, relation)) {
    lock(run, member, 'ACCESS EXCLUSIVE');
    member.constraints.push({ kind: 'check', name, expression, valid, fresh: run.judging });
    touch(run, `constraint:${relationKey(member)}.${name}`);
    if (valid) work(run, member, 'scan');
  }
  if (!valid || relation.fresh || !run.judging) return;
  const known = (column: string) => {
    const found = findColumn(relation, column);
    return found?.filled.kind === 'constant' ? found.filled.value : undefined;
  };
  if (evaluate(expression, known) === false) {
    const why = `every existing row of ${relation.name} violates check ${name}`;
    failsOnRows(run, 'check-violated', why, 'Backfill the column first, then add the check.');
  } else {
    const why = `every row of ${relation.name} is checked while reads and writes wait`;
    finding(run, 'check-scans', why, 'ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a later transaction.');
  }
}

/** Columns of the target: those written, or its primary key. @throws StatementFails */
function targetColumns(target: Relation, names: readonly string[]): Column[] {
  if (names.length > 0) return names.map((name) => needColumn(target, name));
  const primary = target.constraints.find((one): one is Key => one.kind === 'primary');
  if (!primary && !target.phantom) throw new StatementFails('no-key', `${target.name} has no primary key`);
  return (primary?.index.columns ?? []).filter((column) => column !== null);
}

function requireUnique(target: Relation, columns: readonly Column[]): void {
  if (target.phantom || columns.length === 0) return;
  const covered = target.indexes.some(
    (index) =>
      index.unique &&
      !index.predicate &&
      index.columns.length === columns.length &&
      columns.every((column) => index.columns.includes(column)),
  );
  if (!covered)
    throw new StatementFails('no-key', `no unique constraint of ${target.name} matches the referenced columns`);
}

function addForeignKey(run: Run, relation: Relation, node: ConstraintNode, how: Circumstances): void {
  const target = needRelation(run, rangeParts(node.pktable));
  const names = how.column && !node.fk_attrs?.length ? [how.column.name] : texts(node.fk_attrs);
  const columns = names.map((name) => needColumn(relation, name));
  const referenced = targetColumns(target, texts(node.pk_attrs));
  requireUnique(target, referenced);
  for (const [i, column] of columns.entries()) {
    const other = referenced[i];
    if (other && !relation.phantom && !isComparable(run.catalog, column.type, other.type)) {
      throw new StatementFails('type-mismatch', `${column.name} and ${target.name}.${other.name} cannot be compared`);
    }
  }
  const valid = node.skip_validation !== true;
  const name = nameFor(relation, node, names, 'fkey');
  for (const member of [...family(run.catalog, relation), ...family(run.catalog, target)]) {
    lock(run, member, 'SHARE ROW EXCLUSIVE');
  }
  const onDelete = node.fk_del_action ?? 'a';
  const key = {
    kind: 'foreign',
    name,
    columns,
    target,
    targetColumns: referenced,
    valid,
    onDelete,
    fresh: run.judging,
  } as const;
  relation.constraints.push({ ...key, columns: [...columns], targetColumns: [...referenced] });
  touch(run, `constraint:${relationKey(relation)}.${name}`);
  if (!valid || how.skipScan || relation.fresh) return;
  for (const member of family(run.catalog, relation)) work(run, member, 'scan');
  const why = `every row of ${relation.name} is looked up in ${target.name} while writes to both wait`;
  finding(
    run,
    'foreign-key-scans',
    why,
    'ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a later transaction.',
  );
}

function keyColumns(node: ConstraintNode): Node[] {
  if (node.contype !== 'CONSTR_EXCLUSION') return node.keys ?? [];
  return (node.exclusions ?? []).flatMap((pair) => ('List' in pair ? (pair.List.items?.slice(0, 1) ?? []) : []));
}

function buildIndex(relation: Relation, node: ConstraintNode, how: Circumstances, fresh: boolean): Index {
  const keys = keyColumns(node);
  const columns: (Column | null)[] = [];
  const expressions: Node[] = [];
  for (const key of keys) {
    const name = 'IndexElem' in key ? (key.IndexElem.name ?? '') : text(key);
    columns.push(name === '' ? null : needColumn(relation, name));
    if ('IndexElem' in key && key.IndexElem.expr) expressions.push(key.IndexElem.expr);
  }
  if (keys.length === 0 && how.column) columns.push(how.column);
  return {
    name: '',
    unique: node.contype !== 'CONSTR_EXCLUSION',
    nullsDistinct: node.nulls_not_distinct !== true,
    method: node.access_method ?? 'btree',
    columns,
    expressions,
    predicate: node.where_clause ?? null,
    exclusion: node.contype === 'CONSTR_EXCLUSION',
    valid: true,
    fresh,
  };
}

function adoptedIndex(run: Run, relation: Relation, name: string): Index {
  const found = findIndex(run.catalog, [relation.schema, name]);
  const index = found?.relation === relation ? relation.indexes[found.at] : undefined;
  if (!index) throw new StatementFails('missing-index', `${relation.name} has no index ${name}`);
  if (!index.unique || index.predicate || index.expressions.length > 0 || !index.valid) {
    throw new StatementFails('unusable-index', `index ${name} is not a valid, complete unique index on plain columns`);
  }
  return index;
}

const SUFFIX = { primary: 'pkey', unique: 'key', exclusion: 'excl' } as const;

function addKey(run: Run, relation: Relation, node: ConstraintNode, how: Circumstances): void {
  const kind =
    node.contype === 'CONSTR_PRIMARY' ? 'primary' : node.contype === 'CONSTR_UNIQUE' ? 'unique' : 'exclusion';
  if (kind === 'primary' && relation.constraints.some((one) => one.kind === 'primary')) {
    throw new StatementFails('duplicate', `${relation.name} has a primary key already`);
  }
  const adopted = node.indexname ? adoptedIndex(run, relation, node.indexname) : null;
  const index = adopted ?? buildIndex(relation, node, how, run.judging);
  if (kind !== 'exclusion') requireOrder(run, index.columns);
  const names = index.columns.map((column) => column?.name ?? 'expr');
  const missing = relation.partitionKey.find((part) => !names.includes(part));
  if (missing && kind !== 'exclusion') {
    throw new StatementFails('partition-key', `a unique constraint on ${relation.name} must include its partition key`);
  }
  const name = nameFor(relation, node, kind === 'primary' ? [] : names, SUFFIX[kind]);
  for (const member of family(run.catalog, relation)) lock(run, member, 'ACCESS EXCLUSIVE');
  if (kind === 'primary') {
    for (const column of index.columns) if (column) proveNotNull(run, relation, column, !relation.fresh);
  }
  index.name = name;
  if (!adopted) relation.indexes.push(index);
  noteIndex(run.catalog, relation, name);
  relation.constraints.push({ kind, name, index, deferrable: node.deferrable === true, fresh: run.judging });
  touch(run, `constraint:${relationKey(relation)}.${name}`);
  if (adopted || relation.fresh) return;
  for (const member of [relation, ...descendants(run.catalog, relation)]) work(run, member, 'index-build');
  if (kind !== 'exclusion') duplicatesForSure(run, relation, index);
  const recipe =
    kind === 'exclusion'
      ? 'There is no online way: add it while traffic is held.'
      : 'CREATE UNIQUE INDEX CONCURRENTLY outside a transaction, then ADD CONSTRAINT … USING INDEX.';
  finding(run, 'builds-index', `an index over ${relation.name} is built while reads and writes wait`, recipe);
}

/** The columns hold one and the same value in every row. */
function duplicatesForSure(run: Run, relation: Relation, index: Index): void {
  const same = index.columns.every(
    (column) => column?.filled.kind === 'constant' && (column.filled.value !== null || !index.nullsDistinct),
  );
  if (!same || index.columns.length === 0) return;
  const why = `every existing row of ${relation.name} gets the same value`;
  failsOnRows(run, 'duplicates', why, 'Give each row a value of its own first.');
}
