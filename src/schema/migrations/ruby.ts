/** The basic forms of Rails' migration language as SQL; everything else is said to be unknown. */
import { cannotTell, onItsLine, type Placed } from './lines.ts';
import { argumentsOf } from './ruby-call.ts';
import { FORMS } from './ruby-forms.ts';
import { tableSql } from './ruby-table.ts';

const NOISE =
  /^(#.*|end|\}|disable_ddl_transaction!|class .*|def (change|up)|return.*|(safety_assured|up_only|reversible|\w+\.up) (do|\{).*|ActiveRecord::Schema.*|)$/;

interface Reader {
  readonly lines: readonly string[];
  at: number;
  readonly found: Placed[];
}

/** Statements of `change` or `up`, each on its line. */
export function rubyToSql(text: string): string {
  const lines = text.split(/\r?\n/);
  const from = lines.findIndex((line) => /^\s*def (change|up)\b/.test(line));
  const to = lines.findIndex((line, index) => index > from && /^\s*def \w+/.test(line));
  return read(lines, from + 1, to < 0 ? lines.length : to);
}

/** `db/schema.rb`: the whole schema in the same language. */
export function schemaFileToSql(text: string): string {
  const lines = text.split(/\r?\n/);
  return read(lines, 0, lines.length);
}

function read(lines: readonly string[], from: number, to: number): string {
  const reader: Reader = { lines: lines.slice(0, to), at: from, found: [] };
  while (reader.at < to) readOne(reader);
  return onItsLine(reader.found);
}

function readOne(reader: Reader): void {
  const { lines } = reader;
  const line = reader.at + 1;
  const first = lines[reader.at] ?? '';
  let call = first.trim();
  reader.at += 1;
  const allow = /^#\s*(belay: .*)$/.exec(call)?.[1];
  if (allow !== undefined) return void reader.found.push({ line, sql: `-- ${allow}` });
  if (/\.down (do|\{)/.test(call)) return skipBlock(reader, first);
  while (/[,(]$/.test(call) && reader.at < lines.length) call += ` ${(lines[reader.at++] ?? '').trim()}`;
  call = call.replace(/^(?:safety_assured|\w+\.up|up_only)\s*\{\s*(.*)\s*\}$/, '$1');
  if (NOISE.test(call)) return;
  const heredoc = /^execute[\s(]*<<[~-]?['"]?(\w+)['"]?/.exec(call)?.[1];
  const sql = heredoc
    ? heredocSql(reader, heredoc)
    : /^create_table\b.*\bdo\b/.test(call)
      ? blockSql(reader, call)
      : callSql(call);
  const own = sql.startsWith('\\');
  reader.found.push({ line: heredoc && !own ? line + 1 : line, sql: own ? sql : `${sql};` });
}

/** What runs on the way back only. */
function skipBlock(reader: Reader, first: string): void {
  if (/\}\s*$/.test(first)) return;
  const indent = /^\s*/.exec(first)?.[0] ?? '';
  while (reader.at < reader.lines.length && !/^(end|\})/.test((reader.lines[reader.at] ?? '').slice(indent.length)))
    reader.at += 1;
  reader.at += 1;
}

function bodyTo(reader: Reader, end: string): string[] {
  const body: string[] = [];
  while (reader.at < reader.lines.length && (reader.lines[reader.at] ?? '').trim() !== end)
    body.push(reader.lines[reader.at++] ?? '');
  reader.at += 1;
  return body;
}

const heredocSql = (reader: Reader, end: string): string => interpolated(bodyTo(reader, end).join('\n'));

function blockSql(reader: Reader, head: string): string {
  const body = bodyTo(reader, 'end').map((line) => line.trim());
  return tableSql(head, body) ?? cannotTell(`not read: ${head}`);
}

const interpolated = (sql: string): string =>
  sql.includes('#{') ? cannotTell('its SQL is put together at run time') : sql.replace(/;\s*$/, '').trimEnd();

function callSql(line: string): string {
  const call = argumentsOf(line);
  if (call?.method === 'execute' && call.names[0] !== undefined) return interpolated(call.names[0]);
  const form = call ? FORMS[call.method] : undefined;
  return (call && form?.(call)) ?? cannotTell(`not read: ${line}`);
}
