/** Runs scripts through the catalog, transaction by transaction, as the server would. */
import type { TransactionStmt } from 'libpg-query';
import { apply } from './dispatch.ts';
import { type Statement, parseScript } from './parse.ts';
import { CannotTell, type Effects, type Run, StatementFails, endTransaction, finding, newEffects } from './run.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** The runner wraps the file in one transaction. */
  readonly transaction: boolean;
}

/** What the base was made of; whatever of it is not understood makes missing names inconclusive. */
export function replayBase(run: Run, base: string): void {
  const statements = parseScript(base);
  if (statements.length === 0) run.catalog.complete = false;
  for (const { node } of statements) {
    if (!node) run.catalog.complete = false;
    else if (!('TransactionStmt' in node)) replayOne(run, node);
  }
}

function replayOne(run: Run, node: Parameters<typeof apply>[1]): void {
  try {
    apply(run, node);
  } catch (error) {
    if (!(error instanceof StatementFails) && !(error instanceof CannotTell)) throw error;
    run.catalog.complete = false;
  }
}

/** The effects of each statement, in order. */
export function simulate(run: Run, migration: Migration, index: number): Effects[] {
  const from = run.effects.length;
  run.inTransaction = migration.transaction;
  run.transactionFrom = from;
  let broken = false;
  for (const statement of parseScript(migration.sql)) {
    run.current = begin(run, statement, index);
    const control = statement.node && 'TransactionStmt' in statement.node ? statement.node.TransactionStmt : null;
    if (control) {
      broken = changeTransaction(run, control, broken);
      continue;
    }
    if (broken) {
      run.current.undone = true;
      continue;
    }
    if (!run.inTransaction) run.transactionFrom = run.current.place.id;
    broken = judge(run, statement) && run.inTransaction;
    if (!run.inTransaction) endTransaction(run);
    // Without a transaction the runner stops here: what follows never happens.
    if (run.effects.at(-1)?.fails && run.effects.at(-1)?.undone) broken = true;
  }
  endTransaction(run);
  return run.effects.slice(from);
}

function begin(run: Run, statement: Statement, migration: number): Effects {
  const place = { id: run.effects.length, migration, statement: statement.number, line: statement.line };
  const effects = newEffects(place);
  run.effects.push(effects);
  return effects;
}

/** True when the statement cannot succeed whatever the data. */
function judge(run: Run, statement: Statement): boolean {
  if (!statement.node) {
    cannotTell(run, statement.refusal ?? 'it is empty');
    return false;
  }
  try {
    apply(run, statement.node);
    return false;
  } catch (error) {
    if (error instanceof CannotTell) {
      cannotTell(run, error.message);
      return false;
    }
    if (!(error instanceof StatementFails)) throw error;
    finding(run, error.rule, error.message, 'Correct the statement: it fails whatever the rows are.');
    run.current.fails = true;
    undo(run);
    return true;
  }
}

function cannotTell(run: Run, why: string): void {
  run.current.unknown = true;
  finding(run, 'cannot-tell', why, 'Try it on a copy with --prove, or write it as plain statements.');
}

/** What the transaction did so far is taken back with the failure. */
function undo(run: Run): void {
  for (const effects of run.effects.slice(run.transactionFrom)) effects.undone = true;
}

function changeTransaction(run: Run, statement: TransactionStmt, broken: boolean): boolean {
  switch (statement.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      if (!run.inTransaction) run.transactionFrom = run.effects.length;
      run.inTransaction = true;
      return broken;
    case 'TRANS_STMT_ROLLBACK':
      undo(run);
      endTransaction(run);
      return broken;
    case 'TRANS_STMT_COMMIT':
      endTransaction(run);
      return broken;
    default:
      return broken;
  }
}
