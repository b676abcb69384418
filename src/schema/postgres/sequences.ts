/** CREATE and ALTER SEQUENCE. */
import type { AlterSeqStmt, CreateSeqStmt, Node } from 'libpg-query';
import { rangeParts, texts } from './ast.ts';
import { makeRelation } from './create-table.ts';
import { findRelation, needColumn, needRelation } from './lookup.ts';
import { type Relation, relationKey } from './model.ts';
import { type Run, StatementFails, lock } from './run.ts';

function own(run: Run, sequence: Relation, options: readonly Node[] | undefined): void {
  for (const node of options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname !== 'owned_by') continue;
    const parts = node.DefElem.arg && 'List' in node.DefElem.arg ? texts(node.DefElem.arg.List.items) : [];
    if (parts.length < 2) {
      sequence.ownedBy = null;
      continue;
    }
    const relation = needRelation(run, parts.slice(0, -1));
    lock(run, relation, 'ACCESS SHARE');
    if (relation.schema !== sequence.schema) {
      throw new StatementFails('other-schema', `${sequence.name} must be in the schema of ${relation.name}`);
    }
    sequence.ownedBy = { relation, column: needColumn(relation, parts.at(-1) ?? '') };
  }
}

export function createSequence(run: Run, statement: CreateSeqStmt): void {
  const sequence = makeRelation(run, rangeParts(statement.sequence), 'sequence', statement.if_not_exists === true);
  if (!sequence) return;
  try {
    own(run, sequence, statement.options);
  } catch (error) {
    run.catalog.relations.delete(relationKey(sequence));
    throw error;
  }
}

export function alterSequence(run: Run, statement: AlterSeqStmt): void {
  const parts = rangeParts(statement.sequence);
  if (statement.missing_ok && !findRelation(run.catalog, parts) && run.catalog.complete) return;
  const sequence = needRelation(run, parts);
  lock(run, sequence, 'SHARE ROW EXCLUSIVE');
  own(run, sequence, statement.options);
}
