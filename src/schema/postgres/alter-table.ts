/** ALTER TABLE: the lock is the strongest that any of its commands needs, then command by command. */
import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { rangeParts } from './ast.ts';
import { addColumn, dropColumn } from './alter-columns.ts';
import { alterColumn } from './alter-column.ts';
import { alterColumnType } from './alter-type.ts';
import { addConstraint } from './constraint.ts';
import { alterConstraint, dropConstraint, validateConstraint } from './alter-constraint.ts';
import { addParent, family, findIndex, findRelation, needRelation } from './lookup.ts';
import type { Relation } from './model.ts';
import { attachPartition, detachPartition } from './partition.ts';
import { type Run, CannotTell, finding, lock, touch, work } from './run.ts';
import { relationKey } from './model.ts';
import type { LockMode } from './verdict.ts';

/** Commands that need less than ACCESS EXCLUSIVE, or bring their own locks. */
const WEAKER: Readonly<Record<string, LockMode>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_AttachPartition: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
};

/** Storage parameters that Postgres changes under the weaker lock. */
const STRONG_OPTIONS = new Set(['user_catalog_table', 'security_barrier', 'check_option', 'security_invoker']);

function lockFor(command: AlterTableCmd): LockMode {
  const subtype = command.subtype ?? '';
  if (subtype === 'AT_AddConstraint' && command.def && 'Constraint' in command.def) {
    return command.def.Constraint.contype === 'CONSTR_FOREIGN' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  }
  if (subtype === 'AT_SetRelOptions' || subtype === 'AT_ResetRelOptions') {
    const names = command.def && 'List' in command.def ? (command.def.List.items ?? []) : [];
    const strong = names.some((node) => 'DefElem' in node && STRONG_OPTIONS.has(node.DefElem.defname ?? ''));
    return strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE';
  }
  if (subtype === 'AT_DetachPartition') {
    const concurrent = command.def && 'PartitionCmd' in command.def && command.def.PartitionCmd.concurrent;
    return concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  }
  return WEAKER[subtype] ?? 'ACCESS EXCLUSIVE';
}

/** Commands that reach partitions and inheritors. */
const OWN_ONLY =
  /Trig|AttachPartition|DetachPartition|ChangeOwner|RowSecurity|ReplicaIdentity|RelOptions|ClusterOn|Inherit/;

export function alterTable(run: Run, statement: AlterTableStmt): void {
  const parts = rangeParts(statement.relation);
  if (statement.objtype === 'OBJECT_INDEX') return alterIndex(run, parts);
  if (statement.missing_ok && !findRelation(run.catalog, parts) && run.catalog.complete) return;
  const relation = needRelation(run, parts);
  const commands = (statement.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  for (const command of commands) {
    const reach =
      statement.relation?.inh !== true || OWN_ONLY.test(command.subtype ?? '')
        ? [relation]
        : family(run.catalog, relation);
    for (const member of reach) lock(run, member, lockFor(command));
  }
  const dropped = new Set(
    commands.filter((one) => one.subtype === 'AT_ColumnDefault' && !one.def).map((one) => one.name ?? ''),
  );
  // Postgres runs drops before type changes, and these before what is added.
  const passes = commands.toSorted((a, b) => passOf(a) - passOf(b));
  for (const command of passes) alterOne(run, relation, command, dropped);
}

function passOf(command: AlterTableCmd): number {
  const subtype = command.subtype ?? '';
  if (/^AT_Drop(Column|Constraint|NotNull)/.test(subtype)) return 0;
  if (subtype === 'AT_AlterColumnType') return 1;
  if (subtype === 'AT_AddColumn') return 2;
  return subtype === 'AT_AddConstraint' ? 4 : 3;
}

function alterIndex(run: Run, parts: string[]): void {
  const found = findIndex(run.catalog, parts);
  if (found) lock(run, found.relation, 'ACCESS SHARE');
  else if (run.judging && !run.catalog.complete) throw new CannotTell(`index ${parts.join('.')} is not known`);
}

function alterOne(run: Run, relation: Relation, command: AlterTableCmd, dropped: ReadonlySet<string>): void {
  const { def } = command;
  const name = command.name ?? '';
  const cascade = command.behavior === 'DROP_CASCADE';
  switch (command.subtype) {
    case 'AT_AddColumn':
      if (def && 'ColumnDef' in def) addColumn(run, relation, def.ColumnDef, command.missing_ok === true);
      return;
    case 'AT_DropColumn':
      return dropColumn(run, relation, name, { ifExists: command.missing_ok === true, cascade });
    case 'AT_AlterColumnType':
      if (def && 'ColumnDef' in def) alterColumnType(run, relation, name, def.ColumnDef, dropped);
      return;
    case 'AT_AddConstraint':
      if (def && 'Constraint' in def) addConstraint(run, relation, def.Constraint);
      return;
    case 'AT_DropConstraint':
      return dropConstraint(run, relation, name, { ifExists: command.missing_ok === true, cascade });
    case 'AT_ValidateConstraint':
      return validateConstraint(run, relation, name);
    case 'AT_AlterConstraint':
      return alterConstraint(run, relation, def);
    case 'AT_AttachPartition':
      return attachPartition(run, relation, def);
    case 'AT_DetachPartition':
      return detachPartition(run, relation, def);
    default:
      if (!alterColumn(run, relation, command)) alterProperty(run, relation, command);
  }
}

/** What concerns the table as a whole. */
function alterProperty(run: Run, relation: Relation, command: AlterTableCmd): void {
  const key = `relation:${relationKey(relation)}`;
  switch (command.subtype) {
    case 'AT_EnableRowSecurity':
      relation.rowSecurity = true;
      return touch(run, key);
    case 'AT_DisableRowSecurity':
      relation.rowSecurity = false;
      return touch(run, key);
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetTableSpace':
    case 'AT_SetAccessMethod':
      work(run, relation, 'rewrite');
      return finding(
        run,
        'rewrites-table',
        `${relation.name} is written anew while reads and writes wait`,
        'Do it while traffic is held.',
      );
    case 'AT_AddInherit':
    case 'AT_DropInherit':
      return inherit(run, relation, command);
    case 'AT_EnableTrig':
    case 'AT_DisableTrig':
      for (const one of relation.triggers)
        if (one.name === command.name) one.enabled = command.subtype === 'AT_EnableTrig';
      return;
    case 'AT_ChangeOwner':
      for (const member of run.catalog.relations.values()) {
        if (member.ownedBy?.relation === relation) lock(run, member, 'ACCESS EXCLUSIVE');
      }
      return;
    default:
      return;
  }
}

function inherit(run: Run, relation: Relation, command: AlterTableCmd): void {
  const node = command.def;
  if (!node || !('RangeVar' in node)) return;
  const parent = needRelation(run, rangeParts(node.RangeVar));
  lock(run, parent, 'SHARE UPDATE EXCLUSIVE');
  relation.parents = relation.parents.filter((one) => one !== parent);
  if (command.subtype === 'AT_AddInherit') addParent(run.catalog, relation, parent);
}
