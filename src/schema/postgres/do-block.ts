/** DO blocks: what is plain SQL in them is judged; what is put together at run time cannot be. */
import type { DoStmt, Node } from 'libpg-query';
import { text } from './ast.ts';
import { constantOf } from './expression.ts';
import { parseBlock, parseExpression, parseOne } from './parse.ts';
import { CannotTell, type Run, StatementFails } from './run.ts';

type Json = Record<string, unknown>;
type Apply = (run: Run, node: Node) => void;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
function query(value: unknown): string {
  const expression = isJson(value) ? value['PLpgSQL_expr'] : null;
  const found = isJson(expression) ? expression['query'] : null;
  return typeof found === 'string' ? found : '';
}

export function runBlock(run: Run, statement: DoStmt, apply: Apply): void {
  const body = (statement.args ?? []).flatMap((node) =>
    'DefElem' in node && node.DefElem.defname === 'as' ? [text(node.DefElem.arg)] : [],
  )[0];
  const parsed = parseBlock(body ?? '');
  const first = isJson(parsed) ? list(parsed['plpgsql_funcs'])[0] : undefined;
  const made = first && isJson(first['PLpgSQL_function']) ? first['PLpgSQL_function'] : null;
  if (!made) throw new CannotTell('the DO block cannot be read');
  runOne(run, made['action'], apply);
}

function runAll(run: Run, body: unknown, apply: Apply): void {
  for (const step of list(body)) runOne(run, step, apply);
}

/** A guard asks the catalog first: what is there already is then left alone, and so is what is missing. */
function runGuarded(run: Run, body: unknown, apply: Apply): void {
  const { current } = run;
  const before = { ...current, findings: [...current.findings] };
  const held = new Map(run.held);
  try {
    runAll(run, body, apply);
  } catch (error) {
    if (!(error instanceof StatementFails)) throw error;
    if (error.rule !== 'duplicate' && !error.rule.startsWith('missing-')) throw error;
    // The server takes back what the block did, its locks included.
    Object.assign(current, before);
    run.held = held;
  }
}

function runOne(run: Run, step: unknown, apply: Apply): void {
  if (!isJson(step)) return;
  const [kind = '', value] = Object.entries(step)[0] ?? [];
  if (!isJson(value)) return;
  switch (kind) {
    case 'PLpgSQL_stmt_block':
      return value['exceptions'] ? runGuarded(run, value['body'], apply) : runAll(run, value['body'], apply);
    case 'PLpgSQL_stmt_execsql':
      return runText(run, query(value['sqlstmt']), apply);
    case 'PLpgSQL_stmt_dynexecute':
      return runDynamic(run, value['query'], apply);
    case 'PLpgSQL_stmt_if':
      return runIf(run, value, apply);
    case 'PLpgSQL_stmt_perform':
      return runText(run, query(value['expr']), apply);
    case 'PLpgSQL_stmt_raise':
    case 'PLpgSQL_stmt_return':
    case 'PLpgSQL_stmt_assign':
    case 'PLpgSQL_stmt_getdiag':
      return;
    default:
      throw new CannotTell('the DO block loops or branches over data');
  }
}

const ASKS_CATALOG = /\b(pg_\w+|information_schema|to_reg\w+)\b/i;

function runIf(run: Run, value: Json, apply: Apply): void {
  if (!ASKS_CATALOG.test(query(value['cond']))) throw new CannotTell('the DO block branches over data');
  runGuarded(run, value['then_body'], apply);
}

function runText(run: Run, sql: string, apply: Apply): void {
  const node = parseOne(sql);
  if (!node) throw new CannotTell('a statement of the DO block cannot be read');
  apply(run, node);
}

/** `EXECUTE 'a constant text'` is as good as the text itself. */
function runDynamic(run: Run, expression: unknown, apply: Apply): void {
  const node = parseExpression(query(expression));
  const constant = node ? constantOf(node) : undefined;
  if (typeof constant !== 'string') throw new CannotTell('the DO block puts its SQL together at run time');
  runText(run, constant, apply);
}
