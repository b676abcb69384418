/** Which part handles which statement. */
import type { Node } from 'libpg-query';
import { alterTable } from './alter-table.ts';
import { rangeParts, texts } from './ast.ts';
import { createIndex } from './create-index.ts';
import { createTable, createTableAs } from './create-table.ts';
import { insert, remove, touchData, truncate, update } from './data.ts';
import { runBlock } from './do-block.ts';
import { drop } from './drop.ts';
import { createFunction, createPolicy, createRule, createTrigger } from './functions.ts';
import { maintain } from './maintenance.ts';
import { moveToSchema, rename } from './rename.ts';
import { CannotTell, type Run, StatementFails } from './run.ts';
import { alterSequence, createSequence } from './sequences.ts';
import { changeSetting, readSetting } from './settings.ts';
import { alterDomain, alterEnum, createDomain, createEnum, createOtherType } from './types.ts';
import { createView, refresh } from './views.ts';

/** Applies one statement to the catalog and notes its effects. @throws StatementFails @throws CannotTell */
export function apply(run: Run, node: Node): void {
  if (applyDefinition(run, node) || applyChange(run, node) || applyData(run, node) || maintain(run, node)) return;
  throw new CannotTell(`${Object.keys(node)[0]?.replace(/Stmt$/, '') ?? 'this statement'} is not judged here`);
}

function applyDefinition(run: Run, node: Node): boolean {
  if ('CreateStmt' in node) createTable(run, node.CreateStmt);
  else if ('CreateForeignTableStmt' in node) createTable(run, node.CreateForeignTableStmt.base ?? {}, 'foreign');
  else if ('CreateTableAsStmt' in node) createTableAs(run, node.CreateTableAsStmt);
  else if ('IndexStmt' in node) createIndex(run, node.IndexStmt);
  else if ('ViewStmt' in node) createView(run, node.ViewStmt);
  else if ('CreateSeqStmt' in node) createSequence(run, node.CreateSeqStmt);
  else if ('CreateEnumStmt' in node) createEnum(run, node.CreateEnumStmt);
  else if ('CreateDomainStmt' in node) createDomain(run, node.CreateDomainStmt);
  else if ('CreateRangeStmt' in node) createOtherType(run, texts(node.CreateRangeStmt.typeName), 'range');
  else if ('CompositeTypeStmt' in node) createOtherType(run, rangeParts(node.CompositeTypeStmt.typevar), 'shell');
  else if ('CreateFunctionStmt' in node) createFunction(run, node.CreateFunctionStmt);
  else if ('CreateTrigStmt' in node) createTrigger(run, node.CreateTrigStmt);
  else if ('CreatePolicyStmt' in node) createPolicy(run, node.CreatePolicyStmt);
  else if ('RuleStmt' in node) createRule(run, node.RuleStmt);
  else if ('CreateSchemaStmt' in node) createSchema(run, node);
  else if ('CreateExtensionStmt' in node) run.catalog.extensions.add(node.CreateExtensionStmt.extname ?? '');
  else return false;
  return true;
}

function createSchema(run: Run, node: Extract<Node, { CreateSchemaStmt: unknown }>): void {
  const name = node.CreateSchemaStmt.schemaname ?? '';
  if (run.catalog.schemas.has(name)) {
    if (node.CreateSchemaStmt.if_not_exists || name === 'public') return;
    throw new StatementFails('duplicate', `schema ${name} exists already`);
  }
  run.catalog.schemas.add(name);
}

function applyChange(run: Run, node: Node): boolean {
  if ('AlterTableStmt' in node) alterTable(run, node.AlterTableStmt);
  else if ('DropStmt' in node) drop(run, node.DropStmt);
  else if ('RenameStmt' in node) rename(run, node.RenameStmt);
  else if ('AlterObjectSchemaStmt' in node) moveToSchema(run, node.AlterObjectSchemaStmt);
  else if ('AlterEnumStmt' in node) alterEnum(run, node.AlterEnumStmt);
  else if ('AlterDomainStmt' in node) alterDomain(run, node.AlterDomainStmt);
  else if ('AlterSeqStmt' in node) alterSequence(run, node.AlterSeqStmt);
  else if ('RefreshMatViewStmt' in node) refresh(run, node.RefreshMatViewStmt);
  else if ('DoStmt' in node) runBlock(run, node.DoStmt, apply);
  else return false;
  return true;
}

function applyData(run: Run, node: Node): boolean {
  if ('InsertStmt' in node) insert(run, node.InsertStmt);
  else if ('UpdateStmt' in node) update(run, node.UpdateStmt);
  else if ('DeleteStmt' in node) remove(run, node.DeleteStmt);
  else if ('TruncateStmt' in node) truncate(run, node.TruncateStmt);
  else if ('VariableSetStmt' in node) changeSetting(run, node.VariableSetStmt);
  else if ('SelectStmt' in node) {
    if (!readSetting(run, node.SelectStmt)) touchData(run, node);
  } else return false;
  return true;
}
