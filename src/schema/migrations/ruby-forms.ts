/** Calls of Rails' migration language, each as the SQL that Rails sends for it. */
import { createHash } from 'node:crypto';
import { columnSql, literal, quoteAll, type RubyCall } from './ruby-call.ts';

/** Null: with these arguments it is not read. */
type Form = (call: RubyCall) => string | null;

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);
const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/s$/, '');
export const plural = (name: string): string => (name.endsWith('y') ? name.replace(/y$/, 'ies') : `${name}s`);
const indexName = (table = '', columns = ''): string => `index_${table}_on_${columns.replaceAll(',', '_and_')}`;
const concurrently = (options: RubyCall['options']): string =>
  options['algorithm'] === 'concurrently' ? 'CONCURRENTLY ' : '';
const notValid = (options: RubyCall['options']): string => (options['validate'] === 'false' ? ' NOT VALID' : '');

function foreignKey({ names, options }: RubyCall): { name: string; column: string } {
  const column = options['column'] ?? `${singular(names[1] ?? '')}_id`;
  return { column, name: options['name'] ?? `fk_rails_${short(`${names[0]}_${column}_fk`)}` };
}

const checkName = ({ names, options }: RubyCall): string =>
  options['name'] ?? `chk_rails_${short(`${names[0]}_${names[1] ?? options['expression']}_chk`)}`;

function addIndex({ table, names, options }: RubyCall): string {
  const name = options['name'] ?? indexName(names[0], names[1]);
  const where = options['where'] ? ` WHERE ${options['where']}` : '';
  const using = options['using'] ? ` USING ${options['using']}` : '';
  const unique = options['unique'] === 'true' ? 'UNIQUE ' : '';
  const absent = options['if_not_exists'] === 'true' ? 'IF NOT EXISTS ' : '';
  return `CREATE ${unique}INDEX ${concurrently(options)}${absent}"${name}" ON ${table}${using} (${quoteAll(names[1] ?? '')})${where}`;
}

function addReference(call: RubyCall): string | null {
  const { table, names, options } = call;
  const column = `${names[1]}_id`;
  const index = options['index'] ?? 'true';
  if (options['polymorphic'] === 'true' || !/^(true|false|block:\{\s*algorithm: :concurrently\s*\})$/.test(index))
    return null;
  const key = options['foreign_key'] ?? 'false';
  if (!/^(true|false)$/.test(key)) return null;
  const target = plural(names[1] ?? '');
  const name = `fk_rails_${short(`${names[0]}_${column}_fk`)}`;
  const type = columnSql(column, options['type'] ?? 'bigint', { null: options['null'], default: options['default'] });
  const algorithm = index.startsWith('block:') ? 'CONCURRENTLY ' : '';
  return [
    `ALTER TABLE ${table} ADD COLUMN ${type}`,
    ...(index === 'false'
      ? []
      : [`CREATE INDEX ${algorithm}"${indexName(names[0], column)}" ON ${table} ("${column}")`]),
    ...(key === 'true'
      ? [`ALTER TABLE ${table} ADD CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES "${target}" ("id")`]
      : []),
  ].join('; ');
}

function changeDefault({ table, names, options }: RubyCall): string {
  const value = options['to'] ?? names[2] ?? 'nil';
  const how = value === 'nil' ? 'DROP DEFAULT' : `SET DEFAULT ${literal(value)}`;
  return `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" ${how}`;
}

function changeNull({ table, names }: RubyCall): string {
  const fill =
    names[3] === undefined
      ? ''
      : `UPDATE ${table} SET "${names[1]}" = ${literal(names[3])} WHERE "${names[1]}" IS NULL; `;
  return `${fill}ALTER TABLE ${table} ALTER COLUMN "${names[1]}" ${names[2] === 'false' ? 'SET' : 'DROP'} NOT NULL`;
}

function removeIndex({ table, names, options }: RubyCall): string | null {
  const columns = options['column'] ?? names[1];
  const name = options['name'] ?? (columns ? indexName(names[0], columns) : null);
  const schema = table.includes('.') ? `${table.split('.')[0]}.` : '';
  return name ? `DROP INDEX ${concurrently(options)}${schema}"${name}"` : null;
}

const onKey =
  (action: (key: { name: string; column: string }, call: RubyCall) => string): Form =>
  (call) =>
    `ALTER TABLE ${call.table} ${action(foreignKey(call), call)}`;

const onCheck =
  (action: (name: string, call: RubyCall) => string): Form =>
  (call) =>
    `ALTER TABLE ${call.table} ${action(checkName(call), call)}`;

export const FORMS: Readonly<Record<string, Form>> = {
  add_column: ({ table, names, options }) => {
    const absent = options['if_not_exists'] === 'true' ? 'IF NOT EXISTS ' : '';
    return `ALTER TABLE ${table} ADD COLUMN ${absent}${columnSql(names[1], names[2], options)}`;
  },
  remove_column: ({ table, names }) => `ALTER TABLE ${table} DROP COLUMN "${names[1]}"`,
  remove_columns: ({ table, names }) =>
    `ALTER TABLE ${table} ${names
      .slice(1)
      .map((name) => `DROP COLUMN "${name}"`)
      .join(', ')}`,
  rename_column: ({ table, names }) => `ALTER TABLE ${table} RENAME COLUMN "${names[1]}" TO "${names[2]}"`,
  rename_table: ({ table, names }) => `ALTER TABLE ${table} RENAME TO "${names[1]}"`,
  rename_index: ({ names }) => `ALTER INDEX "${names[1]}" RENAME TO "${names[2]}"`,
  drop_table: ({ table }) => `DROP TABLE ${table}`,
  change_column: ({ table, names, options: { limit, precision, scale, array } }) => {
    const type = columnSql('', names[2], { limit, precision, scale, array });
    return `ALTER TABLE ${table} ALTER COLUMN "${names[1]}" TYPE ${type}`;
  },
  change_column_null: changeNull,
  change_column_default: changeDefault,
  add_timestamps: ({ table }) =>
    `ALTER TABLE ${table} ADD COLUMN "created_at" timestamp(6) NOT NULL, ADD COLUMN "updated_at" timestamp(6) NOT NULL`,
  add_index: addIndex,
  remove_index: removeIndex,
  add_reference: addReference,
  add_belongs_to: addReference,
  remove_reference: ({ table, names }) => `ALTER TABLE ${table} DROP COLUMN "${names[1]}_id"`,
  add_foreign_key: onKey(
    ({ name, column }, { names, options }) =>
      `ADD CONSTRAINT "${name}" FOREIGN KEY ("${column}") REFERENCES "${names[1]}" ("${options['primary_key'] ?? 'id'}")${notValid(options)}`,
  ),
  remove_foreign_key: onKey(({ name }) => `DROP CONSTRAINT "${name}"`),
  validate_foreign_key: onKey(({ name }) => `VALIDATE CONSTRAINT "${name}"`),
  add_check_constraint: onCheck(
    (name, { names, options }) => `ADD CONSTRAINT "${name}" CHECK (${names[1]})${notValid(options)}`,
  ),
  remove_check_constraint: onCheck((name) => `DROP CONSTRAINT "${name}"`),
  validate_check_constraint: onCheck((name) => `VALIDATE CONSTRAINT "${name}"`),
  enable_extension: ({ names }) =>
    names[0] === 'plpgsql' || names[0] === 'pg_catalog.plpgsql'
      ? 'SELECT 1'
      : `CREATE EXTENSION IF NOT EXISTS "${(names[0] ?? '').replace('pg_catalog.', '')}"`,
  create_enum: ({ names }) =>
    `CREATE TYPE "${names[0]}" AS ENUM (${(names[1] ?? '')
      .split(',')
      .map((label) => `'${label}'`)
      .join(', ')})`,
};
