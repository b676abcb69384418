/** From a migration file to the SQL that runs forwards, on the lines where it is written, and whether in one transaction. */
import { CANNOT_TELL, onItsLine } from './lines.ts';
import type { Tool } from './read-folders.ts';
import { rubyToSql } from './ruby.ts';

export interface Forward {
  /** What runs on the way up; a statement `\cannot-tell WHY` stands for what is not static SQL. */
  readonly sql: string;
  readonly transaction: boolean;
}

const UP = /^\s*--\s*(?:\+goose up|migrate:up|up migration|\+migrate up)\b/i;
const DOWN = /^\s*--\s*(?:\+goose down|migrate:down|down migration|\+migrate down)\b/i;

/** Tools that keep both ways in one file mark them with comments. */
function wayUp(text: string): string {
  let down = false;
  return text
    .split('\n')
    .map((line) => {
      if (DOWN.test(line)) down = true;
      else if (UP.test(line)) down = false;
      return down ? '' : line;
    })
    .join('\n');
}

const NO_TRANSACTION =
  /^\s*--\s*(?:\+goose no transaction|migrate:up\b.*transaction:\s*false|no-transaction|disable[- _]transaction|atlas:txmode none|\+migrate up notransaction|belay:\s*no-transaction)/im;

function forwardSql(tool: Tool, text: string): Forward {
  const sql = wayUp(text);
  // Prisma sends the file as one message, which the server runs as one transaction only if it holds several statements.
  if (tool === 'prisma') return { sql, transaction: /;\s*\S/.test(sql.replaceAll(/--.*$/gm, '')) };
  // Drizzle's mark between statements is a comment already.
  const concurrent = tool === 'flyway' && /\bconcurrently\b/i.test(sql);
  return { sql, transaction: !NO_TRANSACTION.test(text) && !concurrent };
}

export function forwardOf(tool: Tool, path: string, text: string): Forward {
  if (path.endsWith('.rb')) return { sql: rubyToSql(text), transaction: !/^\s*disable_ddl_transaction!/m.test(text) };
  if (!/\.[cm]?[jt]s$/.test(path)) return forwardSql(tool, text);
  const transaction = !/transaction\s*:\s*false|\.noTransaction\(/.test(text);
  return { sql: scriptToSql(text), transaction };
}

const SPEAKERS = 'knex|trx|pgm|queryRunner|queryInterface|schema|this';

/** Whether code in a folder of that name speaks to an SQL database at all. */
export const isMigrationCode = (text: string): boolean =>
  /\b(?:knex|pgm|queryRunner|queryInterface)\b|\bthis\.addSql\(/.test(text);

const RAW = new RegExp(
  `\\b(?:${SPEAKERS})\\s*\\.\\s*(?:raw|sql|query|addSql)\\(\\s*(?:\`([^\`$]*)\`|'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")\\s*,?\\s*\\)`,
  'g',
);
const CALL = /\b(?:knex|trx|pgm|queryRunner|queryInterface)(?:\.schema)?\s*\.\s*(?!noTransaction)\w+\s*\(|\bknex\s*\(/g;
const ALLOW = /^[ \t]*\/\/ *(belay: .*)$/gm;

/** From where the way up is written to where the way back begins. */
function upOf(text: string): { from: number; to: number } {
  const at = (name: string) =>
    new RegExp(
      `\\bexports\\.${name}\\b|\\bexport\\s+(?:async\\s+)?(?:function|const|let)\\s+${name}\\b|^\\s*(?:public\\s+)?(?:async\\s+)?${name}\\s*[(:=]`,
      'm',
    ).exec(text)?.index;
  const [up, down] = [at('up') ?? 0, at('down')];
  if (down === undefined) return { from: 0, to: text.length };
  return down > up ? { from: 0, to: down } : { from: up, to: text.length };
}

/** `knex.raw('…')`, `pgm.sql('…')` and the like of the way up; any other call on them is not read. */
function scriptToSql(text: string): string {
  const { from, to } = upOf(text);
  const up = text.slice(0, from).replaceAll(/[^\n]/g, ' ') + text.slice(from, to);
  const rest = up.replaceAll(RAW, (found) => found.replaceAll(/[^\n]/g, ' '));
  const statements = [
    ...[...up.matchAll(RAW)].map((match) => {
      const sql = unescaped(match[1] ?? match[2] ?? match[3] ?? '').replace(/;\s*$/, '');
      return { at: match.index + match[0].indexOf(match[1] ?? match[2] ?? match[3] ?? ''), sql: `${sql};` };
    }),
    ...[...rest.matchAll(CALL)].map(({ index, 0: call }) => ({
      at: index,
      sql: `${CANNOT_TELL}code is not read here: ${call.replaceAll(/\s+/g, ' ')}…)`,
    })),
    ...[...up.matchAll(ALLOW)].map(({ index, 1: said }) => ({ at: index, sql: `-- ${said}` })),
  ];
  const lineAt = (at: number) => up.slice(0, at).split('\n').length;
  return onItsLine(statements.map(({ at, sql }) => ({ line: lineAt(at), sql })));
}

const unescaped = (text: string): string => text.replaceAll(/\\(['"`\\])/g, '$1').replaceAll('\\n', ' ');
