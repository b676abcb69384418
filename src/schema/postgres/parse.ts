/** Statements as the real Postgres grammar sees them. */
import { type Node, loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import { type RawStatement, skipBlanks, splitStatements } from './split.ts';

export interface Statement {
  /** From 1. */
  readonly number: number;
  readonly line: number;
  readonly text: string;
  /** Null when the grammar refuses it, or psql would have changed it first. */
  readonly node: Node | null;
  readonly refusal: string | null;
}

/** Must have settled before any parsing; loads the WebAssembly module once (about 0.1 s). */
export const loadParser = (): Promise<void> => loadModule();

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** All at once where the grammar takes it, which is three times quicker; else cut first, statement by statement. */
export function parseScript(script: string): Statement[] {
  try {
    return parseWhole(script);
  } catch {
    // Something in it is no SQL: which, the pieces tell.
    return splitStatements(script).map((raw, index) => parsePiece(raw, index));
  }
}

function parseWhole(script: string): Statement[] {
  const isAscii = !/[\u0080-\uffff]/.test(script);
  const bytes = isAscii ? null : Buffer.from(script);
  const sliced = (from: number, to: number) => (bytes ? bytes.toString('utf8', from, to) : script.slice(from, to));
  let line = 1;
  let counted = 0;
  return (parseSync(script).stmts ?? []).map(({ stmt, stmt_location: from = 0, stmt_len: length }, index) => {
    const text = sliced(from, length ? from + length : (bytes ?? script).length);
    const lead = skipBlanks(text, 0);
    line += newlines(sliced(counted, from)) + newlines(text.slice(0, lead));
    counted = from + Buffer.byteLength(text.slice(0, lead));
    return { number: index + 1, line, text: text.slice(lead), node: stmt ?? null, refusal: null };
  });
}

const newlines = (text: string) => text.split('\n').length - 1;

function parsePiece({ text, line, psql }: RawStatement, index: number): Statement {
  const found = { number: index + 1, line, text };
  if (psql) {
    const said = /^\\cannot-tell (.*)/.exec(text)?.[1];
    return { ...found, node: null, refusal: said ?? 'psql variables and commands decide what it does' };
  }
  try {
    return { ...found, node: parseSync(text).stmts?.[0]?.stmt ?? null, refusal: null };
  } catch (error) {
    return { ...found, node: null, refusal: reason(error) };
  }
}

/** The statement of a text, or null when the grammar refuses it. */
export function parseOne(text: string): Node | null {
  try {
    return parseSync(text).stmts?.[0]?.stmt ?? null;
  } catch {
    // The caller asks whether it can be read at all: what cannot is `unknown` there.
    return null;
  }
}

/** The expression of a text such as `NOT EXISTS (SELECT 1)`, or null. */
export function parseExpression(text: string): Node | null {
  const node = parseOne(`SELECT ${text}`);
  const target = node && 'SelectStmt' in node ? node.SelectStmt.targetList?.[0] : undefined;
  return target && 'ResTarget' in target ? (target.ResTarget.val ?? null) : null;
}

/** The body of a PL/pgSQL block as JSON of the parser; null when it cannot be read. */
export function parseBlock(body: string): unknown {
  try {
    const quote = body.includes('$belay$') ? null : '$belay$';
    return quote === null ? null : parsePlPgSQLSync(`DO ${quote}${body}${quote}`);
  } catch {
    // As above: a body that cannot be read is `unknown`.
    return null;
  }
}
