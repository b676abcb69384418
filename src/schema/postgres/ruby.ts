/** The basic forms of Rails' migration language as SQL; everything else is said to be unknown. */
import { cannotTell } from './migration-sql.ts';
import { argumentsOf, columnSql, quoteAll, type RubyCall } from './ruby-call.ts';
import { tableSql } from './ruby-table.ts';

const NOISE = /^(#.*|end|\}|disable_ddl_transaction!|class .*|def (change|up)|return.*|safety_assured (do|\{)|)$/;

/** Statements of `change` or `up`, a line each. */
export function rubyToSql(text: string): string {
  const lines = forwardLines(text);
  const statements: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? '').trim();
    while (/[,(]$/.test(line) && at + 1 < lines.length) line += ` ${(lines[++at] ?? '').trim()}`;
    line = line.replace(/^safety_assured\s*\{\s*(.*)\s*\}$/, '$1');
    if (NOISE.test(line)) continue;
    const heredoc = /^execute[\s(]*<<[~-]?['"]?(\w+)['"]?/.exec(line)?.[1];
    if (heredoc) {
      const body: string[] = [];
      while (at + 1 < lines.length && (lines[at + 1] ?? '').trim() !== heredoc) body.push(lines[++at] ?? '');
      at++;
      statements.push(interpolated(body.join('\n')));
      continue;
    }
    if (/^create_table\b.*\bdo\b/.test(line)) {
      const body: string[] = [];
      while (at + 1 < lines.length && (lines[at + 1] ?? '').trim() !== 'end') body.push((lines[++at] ?? '').trim());
      at++;
      statements.push(tableSql(line, body) ?? cannotTell(`not read: ${line}`));
      continue;
    }
    statements.push(callSql(line));
  }
  return statements.map((one) => (one.startsWith('\\') ? `\n${one}\n` : `${one};`)).join('\n');
}

const interpolated = (sql: string) =>
  sql.includes('#{') ? cannotTell('its SQL is put together at run time') : sql.trim().replace(/;$/, '');

function forwardLines(text: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^\s*def (change|up)\b/.test(line));
  const to = lines.findIndex((line, index) => index > from && /^\s*def \w+/.test(line));
  return lines.slice(from + 1, to < 0 ? undefined : to);
}

const FORMS: Readonly<Record<string, (call: RubyCall) => string | null>> = {
  execute: ({ names }) => (names[0] === undefined ? null : interpolated(names[0])),
  add_column: (call) => `ALTER TABLE ${call.table} ADD COLUMN ${columnSql(call.names[1], call.names[2], call.options)}`,
  remove_column: ({ table, names }) => `ALTER TABLE ${table} DROP COLUMN "${names[1]}"`,
  rename_column: ({ table, names }) => `ALTER TABLE ${table} RENAME COLUMN "${names[1]}" TO "${names[2]}"`,
  rename_table: ({ table, names }) => `ALTER TABLE ${table} RENAME TO "${names[1]}"`,
  drop_table: ({ table }) => `DROP TABLE ${table}`,
  change_column: ({ table, names, options }) =>
    `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" TYPE ${columnSql('', names[2], { ...options, null: undefined, default: undefined }).trim()}`,
  change_column_null: ({ table, names }) =>
    `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" ${names[2] === 'false' ? 'SET' : 'DROP'} NOT NULL`,
  change_column_default: ({ table, names, options }) => {
    const value = options['to'] ?? names[2];
    return value === 'nil'
      ? `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" DROP DEFAULT`
      : `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" SET DEFAULT '${value}'`;
  },
  add_index: ({ table, names, options }) => {
    const name = options['name'] ?? `index_${names[0]}_on_${(names[1] ?? '').replaceAll(',', '_and_')}`;
    const where = options['where'] ? ` WHERE ${options['where']}` : '';
    return `CREATE ${options['unique'] === 'true' ? 'UNIQUE ' : ''}INDEX ${options['algorithm'] === 'concurrently' ? 'CONCURRENTLY ' : ''}"${name}" ON ${table} (${quoteAll(names[1] ?? '')})${where}`;
  },
  remove_index: ({ names, options }) => {
    const columns = options['column'] ?? names[1];
    const name = options['name'] ?? (columns ? `index_${names[0]}_on_${columns.replaceAll(',', '_and_')}` : null);
    return name ? `DROP INDEX ${options['algorithm'] === 'concurrently' ? 'CONCURRENTLY ' : ''}"${name}"` : null;
  },
  add_foreign_key: ({ table, names, options }) => {
    const column = options['column'] ?? `${(names[1] ?? '').replace(/ies$/, 'y').replace(/s$/, '')}_id`;
    const name = options['name'] ?? `fk_${names[0]}_${column}`;
    return `ALTER TABLE ${table} ADD CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES "${names[1]}" ("${options['primary_key'] ?? 'id'}")${options['validate'] === 'false' ? ' NOT VALID' : ''}`;
  },
  add_check_constraint: ({ table, names, options }) =>
    `ALTER TABLE ${table} ADD CONSTRAINT "${options['name'] ?? 'chk'}" CHECK (${names[1]})${options['validate'] === 'false' ? ' NOT VALID' : ''}`,
  remove_check_constraint: ({ table, options }) =>
    options['name'] ? `ALTER TABLE ${table} DROP CONSTRAINT "${options['name']}"` : null,
  validate_check_constraint: ({ table, options }) =>
    options['name'] ? `ALTER TABLE ${table} VALIDATE CONSTRAINT "${options['name']}"` : null,
};

function callSql(line: string): string {
  const call = argumentsOf(line);
  const form = call ? FORMS[call.method] : undefined;
  return (call && form?.(call)) ?? cannotTell(`not read: ${line}`);
}
