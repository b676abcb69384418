/** Statements that change no schema, or keep the house: comments, grants, VACUUM, REINDEX, LOCK, publications. */
import type { Node, ReindexStmt, VacuumStmt } from 'libpg-query';
import { nameParts, rangeParts } from './ast.ts';
import { family, findIndex, findRelation, needRelation } from './lookup.ts';
import { type Relation, relationKey } from './model.ts';
import { type Run, CannotTell, StatementFails, finding, lock, touch, work } from './run.ts';
import { LOCK_MODES } from './verdict.ts';

/** Nothing of them reaches a relation of the application. */
const HARMLESS = new Set([
  'VariableShowStmt',
  'CreateRoleStmt',
  'AlterRoleStmt',
  'AlterRoleSetStmt',
  'AlterDatabaseSetStmt',
  'GrantRoleStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterOwnerStmt',
  'AlterFunctionStmt',
  'DefineStmt',
  'CreateCastStmt',
  'CreateConversionStmt',
  'CreateOpClassStmt',
  'CreateOpFamilyStmt',
  'AlterExtensionStmt',
  'AlterExtensionContentsStmt',
  'AlterTypeStmt',
  'CreateTransformStmt',
  'NotifyStmt',
  'ListenStmt',
  'UnlistenStmt',
  'DiscardStmt',
  'ConstraintsSetStmt',
  'CheckPointStmt',
  'CreateEventTrigStmt',
  'AlterEventTrigStmt',
  'CreateFdwStmt',
  'CreateForeignServerStmt',
  'CreateUserMappingStmt',
  'AlterObjectDependsStmt',
  'ExplainStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'SecLabelStmt',
  'CreatePLangStmt',
  'AlterOperatorStmt',
  'AlterOpFamilyStmt',
  'AlterTSDictionaryStmt',
  'AlterTSConfigurationStmt',
  'AlterStatsStmt',
  'AlterCollationStmt',
  'CreateAmStmt',
  'AlterSubscriptionStmt',
  'DropRoleStmt',
]);

/** Refused inside a transaction. */
const OUTSIDE_ONLY = new Set([
  'CreatedbStmt',
  'DropdbStmt',
  'AlterSystemStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'CreateSubscriptionStmt',
]);

export function maintain(run: Run, node: Node): boolean {
  const kind = Object.keys(node)[0] ?? '';
  if (OUTSIDE_ONLY.has(kind)) {
    if (run.inTransaction && run.judging)
      throw new StatementFails('not-in-transaction', 'it cannot run in a transaction');
    return true;
  }
  if ('VacuumStmt' in node) vacuum(run, node.VacuumStmt);
  else if ('ReindexStmt' in node) reindex(run, node.ReindexStmt);
  else if ('ClusterStmt' in node) rewriteNamed(run, rangeParts(node.ClusterStmt.relation), 'CLUSTER');
  else if ('CommentStmt' in node) comment(run, node);
  else if ('LockStmt' in node) lockTables(run, node);
  else if ('GrantStmt' in node) grant(run, node);
  else if ('AlterPolicyStmt' in node)
    lock(run, needRelation(run, rangeParts(node.AlterPolicyStmt.table)), 'ACCESS EXCLUSIVE');
  else if ('CopyStmt' in node) copy(run, node);
  else if ('CreateStatsStmt' in node) each(run, node.CreateStatsStmt.relations, 'SHARE UPDATE EXCLUSIVE');
  else if ('CreatePublicationStmt' in node) publish(run, node.CreatePublicationStmt.pubobjects);
  else if ('AlterPublicationStmt' in node) publish(run, node.AlterPublicationStmt.pubobjects);
  else if ('CallStmt' in node) throw new CannotTell('what a procedure does is not known here');
  else return HARMLESS.has(kind);
  return true;
}

function each(run: Run, nodes: readonly Node[] | undefined, mode: (typeof LOCK_MODES)[number]): void {
  for (const node of nodes ?? []) {
    if ('RangeVar' in node) lock(run, needRelation(run, rangeParts(node.RangeVar)), mode);
  }
}

function publish(run: Run, objects: readonly Node[] | undefined): void {
  for (const node of objects ?? []) {
    const table = 'PublicationObjSpec' in node ? node.PublicationObjSpec.pubtable?.relation : undefined;
    if (table) lock(run, needRelation(run, rangeParts(table)), 'SHARE UPDATE EXCLUSIVE');
  }
}

const allTables = (run: Run) =>
  [...run.catalog.relations.values()].filter((one) => one.kind === 'table' || one.kind === 'matview');

function vacuum(run: Run, statement: VacuumStmt): void {
  const isVacuum = statement.is_vacuumcmd === true;
  if (isVacuum && run.inTransaction && run.judging)
    throw new StatementFails('not-in-transaction', 'VACUUM cannot run in a transaction');
  const full = (statement.options ?? []).some((node) => 'DefElem' in node && node.DefElem.defname === 'full');
  const named = (statement.rels ?? []).flatMap((node) =>
    'VacuumRelation' in node ? [needRelation(run, rangeParts(node.VacuumRelation.relation))] : [],
  );
  for (const relation of named.length > 0 ? named.flatMap((one) => family(run.catalog, one)) : allTables(run)) {
    if (full) rewrite(run, relation, 'VACUUM FULL');
    else {
      lock(run, relation, 'SHARE UPDATE EXCLUSIVE');
      if (isVacuum) work(run, relation, 'scan');
    }
  }
}

function rewrite(run: Run, relation: Relation, what: string): void {
  lock(run, relation, 'ACCESS EXCLUSIVE');
  work(run, relation, 'rewrite');
  finding(
    run,
    'rewrites-table',
    `${what} writes ${relation.name} anew while reads and writes wait`,
    'Use an online repacking tool, or hold traffic.',
  );
}

function rewriteNamed(run: Run, parts: string[], what: string): void {
  rewrite(run, needRelation(run, parts), what);
}

function reindex(run: Run, statement: ReindexStmt): void {
  const concurrent = (statement.params ?? []).some(
    (node) => 'DefElem' in node && node.DefElem.defname === 'concurrently',
  );
  const whole =
    statement.kind === 'REINDEX_OBJECT_DATABASE' ||
    statement.kind === 'REINDEX_OBJECT_SYSTEM' ||
    statement.kind === 'REINDEX_OBJECT_SCHEMA';
  if ((concurrent || whole) && run.inTransaction && run.judging) {
    throw new StatementFails('concurrently-in-transaction', 'this REINDEX cannot run in a transaction');
  }
  for (const relation of reindexed(run, statement, whole)) {
    lock(run, relation, concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE');
    // The indexes themselves are locked against reads, and planning any query looks at all of them.
    if (!concurrent && !relation.fresh && run.judging) run.current.lock = 'ACCESS EXCLUSIVE';
    work(run, relation, 'index-build');
    if (!concurrent)
      finding(
        run,
        'reindex-blocks',
        `traffic on ${relation.name} waits while its indexes are built`,
        'REINDEX … CONCURRENTLY outside a transaction.',
      );
  }
}

function reindexed(run: Run, statement: ReindexStmt, whole: boolean): Relation[] {
  if (whole) return allTables(run);
  const parts = rangeParts(statement.relation);
  if (statement.kind !== 'REINDEX_OBJECT_INDEX') return family(run.catalog, needRelation(run, parts));
  const found = findIndex(run.catalog, parts);
  if (found) return [found.relation];
  if (run.catalog.complete) throw new StatementFails('missing-index', `index ${parts.join('.')} does not exist`);
  throw new CannotTell(`index ${parts.join('.')} is not known`);
}

function comment(run: Run, node: Extract<Node, { CommentStmt: unknown }>): void {
  const { objtype, object } = node.CommentStmt;
  const parts = nameParts(object);
  const isPart = objtype === 'OBJECT_COLUMN' || objtype === 'OBJECT_TABCONSTRAINT' || objtype === 'OBJECT_TRIGGER';
  if (!isPart && objtype !== 'OBJECT_TABLE' && objtype !== 'OBJECT_VIEW' && objtype !== 'OBJECT_MATVIEW') return;
  const relation = findRelation(run.catalog, isPart ? parts.slice(0, -1) : parts);
  if (relation) lock(run, relation, 'SHARE UPDATE EXCLUSIVE');
  else if (run.catalog.complete) throw new StatementFails('missing-relation', `${parts.join('.')} does not exist`);
}

function lockTables(run: Run, node: Extract<Node, { LockStmt: unknown }>): void {
  if (!run.inTransaction && run.judging)
    throw new StatementFails('no-transaction', 'LOCK TABLE works only in a transaction');
  const mode = LOCK_MODES[(node.LockStmt.mode ?? 8) - 1] ?? 'ACCESS EXCLUSIVE';
  each(run, node.LockStmt.relations, mode);
}

function grant(run: Run, node: Extract<Node, { GrantStmt: unknown }>): void {
  if (node.GrantStmt.is_grant || node.GrantStmt.objtype !== 'OBJECT_TABLE' || !run.judging) return;
  for (const object of node.GrantStmt.objects ?? []) {
    const relation = 'RangeVar' in object ? findRelation(run.catalog, rangeParts(object.RangeVar)) : null;
    if (!relation || relation.fresh) continue;
    touch(run, `relation:${relationKey(relation)}`);
    const rights = (node.GrantStmt.privileges ?? []).map((one) =>
      'AccessPriv' in one ? one.AccessPriv.priv_name : '',
    );
    const isUsed = rights.length === 0 || rights.some((right) => /^(select|insert|update)$/.test(right ?? ''));
    if (isUsed) run.current.oldCode = 'breaks';
    finding(
      run,
      'revokes',
      `roles lose rights on ${relation.name}: running code under them fails`,
      'Revoke a release after the last use.',
    );
  }
}

function copy(run: Run, node: Extract<Node, { CopyStmt: unknown }>): void {
  if (!node.CopyStmt.relation) return;
  const relation = needRelation(run, rangeParts(node.CopyStmt.relation));
  lock(run, relation, node.CopyStmt.is_from ? 'ROW EXCLUSIVE' : 'ACCESS SHARE');
}
