/** INSERT, UPDATE, DELETE, TRUNCATE and queries within a migration. */
import type { DeleteStmt, InsertStmt, Node, TruncateStmt, UpdateStmt } from 'libpg-query';
import { columnNames, rangeParts, texts, walk } from './ast.ts';
import { canonical, constantOf } from './expression.ts';
import { family, findRelation, needColumn, needRelation } from './lookup.ts';
import type { Relation } from './model.ts';
import { incomingKeys } from './dependents.ts';
import { relationsOf } from './query.ts';
import { type Run, StatementFails, failsOnRows, finding, lock, touch, work } from './run.ts';

/** A query reads whole tables unless a key picks rows out, or the smallest or largest of an index. */
export function touchData(run: Run, query: Node | null, runs = true): void {
  touchSequences(run, query);
  const pointed = !runs || (query && 'SelectStmt' in query && isCheap(run, query));
  for (const { relation } of relationsOf(run.catalog, query)) {
    for (const member of family(run.catalog, relation)) {
      lock(run, member, 'ACCESS SHARE');
      if (!pointed && (member.kind === 'table' || member.kind === 'matview')) work(run, member, 'scan');
    }
  }
}

/** nextval and setval write to the sequence that they name. */
function touchSequences(run: Run, query: Node | null): void {
  walk(query, (kind, value) => {
    const name = kind === 'FuncCall' ? texts(value['funcname'] as Node[]).at(-1) : '';
    if (name !== 'setval' && name !== 'nextval') return;
    const [first] = (value['args'] as Node[] | undefined) ?? [];
    const written = first ? constantOf(first) : undefined;
    const sequence =
      typeof written === 'string' ? findRelation(run.catalog, written.replaceAll('"', '').split('.')) : null;
    if (sequence) lock(run, sequence, 'ROW EXCLUSIVE');
    if (name === 'setval') settleSequences(run, sequence);
  });
}

/** The keys that exist were thought of: of one sequence, or of any where the name is computed. */
function settleSequences(run: Run, sequence: Relation | null): void {
  for (const relation of run.catalog.relations.values()) {
    for (const column of relation.columns) {
      if (sequence === null || sequence.ownedBy?.column === column) column.startsOver = false;
    }
  }
}

function isCheap(
  run: Run,
  query: Node & { SelectStmt: { whereClause?: Node; fromClause?: Node[]; targetList?: Node[]; limitCount?: Node } },
): boolean {
  const select = query.SelectStmt;
  const [only, ...more] = relationsOf(run.catalog, query);
  if (!only || more.length > 0) return !only;
  if (select.limitCount && !select.whereClause) return true;
  if (select.whereClause) return picksByKey(only.relation, select.whereClause);
  const text = canonical(select.targetList);
  const [column] = columnNames({ List: { items: select.targetList ?? [] } });
  const indexed = only.relation.indexes.some((index) => index.columns[0]?.name === column && !index.predicate);
  return indexed && /funcname:(max|min)\b/.test(text);
}

/** `key = constant`, for a unique key of one column. */
function picksByKey(relation: Relation, where: Node): boolean {
  const parts = 'BoolExpr' in where && where.BoolExpr.boolop === 'AND_EXPR' ? (where.BoolExpr.args ?? []) : [where];
  return parts.some((part) => {
    if (!('A_Expr' in part) || !part.A_Expr.lexpr || !/^AEXPR_(OP|IN|OP_ANY)$/.test(part.A_Expr.kind ?? ''))
      return false;
    if (texts(part.A_Expr.name)[0] !== '=' || !('ColumnRef' in part.A_Expr.lexpr)) return false;
    const right = part.A_Expr.rexpr;
    if (right && columnNames(right).length > 0) return false;
    const [name] = columnNames(part.A_Expr.lexpr);
    return relation.indexes.some((index) => index.columns[0]?.name === name && !index.predicate);
  });
}

const HOLDS_ROWS = new Set(['table', 'matview', 'foreign']);

function writeRows(run: Run, relation: Relation, where: Node | undefined): void {
  for (const member of family(run.catalog, relation)) {
    lock(run, member, 'ROW EXCLUSIVE');
    if (where && picksByKey(member, where)) continue;
    if (HOLDS_ROWS.has(member.kind)) work(run, member, 'scan');
  }
}

const BATCHES = 'Move it out of the migration: small batches, each committed.';

export function update(run: Run, statement: UpdateStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  writeRows(run, relation, statement.whereClause);
  for (const node of statement.fromClause ?? []) touchData(run, node);
  let overwrites = false;
  for (const node of statement.targetList ?? []) {
    if (!('ResTarget' in node)) continue;
    const column = needColumn(relation, node.ResTarget.name ?? '');
    const value = node.ResTarget.val ? constantOf(node.ResTarget.val) : undefined;
    const whole = statement.whereClause === undefined && !statement.fromClause?.length;
    column.filled = whole && value !== undefined && column.fresh ? { kind: 'constant', value } : { kind: 'mixed' };
    if (run.newLabels.has(`${column.type.name}.${String(value)}`)) {
      throw new StatementFails(
        'new-label-used',
        `the new label '${String(value)}' cannot be used in the transaction that adds it`,
      );
    }
    if (!column.fresh && !fillsNulls(statement.whereClause, node.ResTarget.val, column.name)) overwrites = true;
    if (whole && value === null && column.notNull && !relation.fresh) {
      failsOnRows(run, 'nulls-refused', `${column.name} refuses NULL`, 'Choose a value.');
    }
  }
  if (relation.fresh || !run.judging) return;
  if (overwrites) run.current.destroysData = true;
  if (run.current.work === 'scan') {
    finding(
      run,
      'mass-update',
      `the rows of ${relation.name} that it touches stay locked until the transaction ends`,
      BATCHES,
    );
  }
}

/** `WHERE column IS NULL`, or `column = COALESCE(column, …)`: no value is lost. */
function fillsNulls(where: Node | undefined, value: Node | undefined, column: string): boolean {
  if (value && 'CoalesceExpr' in value) {
    const [first] = value.CoalesceExpr.args ?? [];
    if (first && columnNames(first)[0] === column && 'ColumnRef' in first) return true;
  }
  if (!where) return false;
  const parts = 'BoolExpr' in where && where.BoolExpr.boolop === 'AND_EXPR' ? (where.BoolExpr.args ?? []) : [where];
  return parts.some(
    (part) => 'NullTest' in part && part.NullTest.nulltesttype === 'IS_NULL' && columnNames(part)[0] === column,
  );
}

export function remove(run: Run, statement: DeleteStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  writeRows(run, relation, statement.whereClause);
  for (const { relation: child, at } of incomingKeys(run.catalog, relation)) {
    lock(run, child, child.constraints[at] && cascades(child, at) ? 'ROW EXCLUSIVE' : 'ROW SHARE');
  }
  if (relation.fresh || !run.judging) return;
  if (!statement.whereClause) breakReferences(run, relation);
  run.current.destroysData = true;
  finding(
    run,
    'deletes-rows',
    `rows of ${relation.name} are deleted, and stay locked until the transaction ends`,
    BATCHES,
  );
}

function cascades(child: Relation, at: number): boolean {
  const one = child.constraints[at];
  return one?.kind === 'foreign' && /^[cnd]$/.test(one.onDelete);
}

export function insert(run: Run, statement: InsertStmt): void {
  const relation = needRelation(run, rangeParts(statement.relation));
  for (const member of family(run.catalog, relation)) lock(run, member, 'ROW EXCLUSIVE');
  for (const one of relation.constraints) if (one.kind === 'foreign') lock(run, one.target, 'ROW SHARE');
  for (const node of statement.cols ?? []) if ('ResTarget' in node) needColumn(relation, node.ResTarget.name ?? '');
  touchData(run, statement.selectStmt ?? null);
}

/** Rows that old code points to with a foreign key are gone: its inserts into the other table fail. */
function breakReferences(run: Run, relation: Relation): void {
  const users = incomingKeys(run.catalog, relation).filter(({ relation: other }) => !other.fresh && other !== relation);
  if (users.length === 0) return;
  run.current.oldCode = 'breaks';
  const names = [...new Set(users.map((one) => one.relation.name))].join(', ');
  const why = `running code that inserts into ${names} points to rows of ${relation.name}, which are gone`;
  finding(run, 'referenced-rows-gone', why, 'Keep the rows that are still pointed to.');
}

export function truncate(run: Run, statement: TruncateStmt): void {
  const named = (statement.relations ?? []).flatMap((node) =>
    'RangeVar' in node ? [needRelation(run, rangeParts(node.RangeVar))] : [],
  );
  const all = new Set(named.flatMap((one) => family(run.catalog, one)));
  for (const relation of all) {
    for (const { relation: child } of incomingKeys(run.catalog, relation)) {
      if (all.has(child)) continue;
      if (statement.behavior !== 'DROP_CASCADE')
        throw new StatementFails('used-by-foreign-key', `${child.name} refers to ${relation.name}`);
      all.add(child);
    }
  }
  for (const relation of all) {
    lock(run, relation, 'ACCESS EXCLUSIVE');
    touch(run, `data:${relation.name}`);
    if (relation.fresh || !run.judging) continue;
    breakReferences(run, relation);
    run.current.destroysData = true;
    finding(run, 'truncates', `all rows of ${relation.name} are gone`, 'Keep a copy until the release has settled.');
  }
}
