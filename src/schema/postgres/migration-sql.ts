/** From a migration file to the SQL that runs forwards, and whether in one transaction. */
import type { Tool } from './folder-tools.ts';
import { rubyToSql } from './ruby.ts';
import { splitStatements } from './split.ts';

export interface ForwardSql {
  readonly sql: string;
  readonly transaction: boolean;
}

/** A statement that the checker reports as `unknown`, with the reason. */
export const cannotTell = (why: string): string => `\\cannot-tell ${why.replaceAll('\n', ' ')}`;

/** Blanks out what is cut away, so that lines keep their numbers. */
const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');

/** Markers of the way forward and the way back within one file. */
const MARKERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^--\s*Up Migration/im, /^--\s*Down Migration/im],
  [/^--\s*\+goose\s+Up\b/im, /^--\s*\+goose\s+Down\b/im],
  [/^--\s*migrate:up\b.*/im, /^--\s*migrate:down\b/im],
];

function forwards(text: string): string {
  for (const [up, down] of MARKERS) {
    const [from, to] = [up.exec(text)?.index, down.exec(text)?.index];
    if (from === undefined) continue;
    if (to === undefined) return blank(text.slice(0, from)) + text.slice(from);
    return to > from
      ? blank(text.slice(0, from)) + text.slice(from, to)
      : blank(text.slice(0, from)) + text.slice(from);
  }
  return text;
}

const NO_TRANSACTION =
  /--\s*(?:\+goose\s+NO\s+TRANSACTION|migrate:up\s+transaction:false|disable[- _]transaction|belay:\s*no-transaction)/i;

export function sqlOf(tool: Tool, text: string): ForwardSql {
  const sql = forwards(text);
  if (tool === 'prisma') return { sql, transaction: splitStatements(sql).length > 1 };
  const concurrent = tool === 'flyway' && /\bconcurrently\b/i.test(sql);
  return { sql, transaction: !NO_TRANSACTION.test(text) && !concurrent };
}

/** Migrations in code: what is static SQL in them, the rest cannot be told. */
export function codeOf(path: string, text: string): ForwardSql {
  if (path.endsWith('.rb')) return { sql: rubyToSql(text), transaction: !/disable_ddl_transaction!/.test(text) };
  const transaction = !/transaction\s*:\s*false|\.noTransaction\(/.test(text);
  return { sql: scriptToSql(text), transaction };
}

const RAW =
  /\b(?:knex|trx|schema|pgm)\s*\.\s*(?:raw|sql)\(\s*(?:`([^`$]*)`|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\)/g;

/** `knex.raw('…')` and `pgm.sql('…')` of the way forward; any other call on them is not read. */
function scriptToSql(text: string): string {
  const down = /\b(?:exports\.down|export\s+(?:async\s+)?function\s+down|export\s+const\s+down|down\s*[:=])/.exec(
    text,
  )?.index;
  const up = text.slice(0, down ?? text.length);
  const statements = [...up.matchAll(RAW)].map((match) => `${match[1] ?? match[2] ?? match[3] ?? ''};`);
  const rest = up.replaceAll(RAW, '');
  const calls = /\b(?:knex|trx|pgm)(?:\.schema)?\s*\.\s*(?!noTransaction)\w+\s*\(|\bknex\s*\(/.exec(rest);
  if (calls) statements.push(`\n${cannotTell(`code is not read here: ${calls[0]}`)}\n`);
  return statements.join('\n');
}
