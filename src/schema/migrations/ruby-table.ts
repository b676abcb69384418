/** `create_table … do |t|` of Rails as CREATE TABLE with its indexes. */
import { argumentsOf, columnSql, quoteAll } from './ruby-call.ts';
import { plural } from './ruby-forms.ts';

/** Null when a line of the block is not understood. */
export function tableSql(head: string, body: readonly string[]): string | null {
  const call = argumentsOf(head.replace(/\s+do\s*(\|\w+\|)?$/, ''));
  if (!call) return null;
  const key = call.options['id'];
  const columns =
    key === 'false' ? [] : [`"id" ${key === 'uuid' ? 'uuid DEFAULT gen_random_uuid()' : 'bigserial'} PRIMARY KEY`];
  const indexes: string[] = [];
  for (const line of body) {
    const one = line === '' || line.startsWith('#') ? null : columnOf(call.names[0] ?? '', line.replace(/^t\./, ''));
    if (line !== '' && !line.startsWith('#') && !one) return null;
    columns.push(...(one?.columns ?? []));
    indexes.push(...(one?.indexes ?? []));
  }
  return [`CREATE TABLE ${call.table} (${columns.join(', ')})`, ...indexes].join('; ');
}

function columnOf(table: string, line: string): { columns: string[]; indexes: string[] } | null {
  if (/^timestamps\b/.test(line))
    return { columns: ['"created_at" timestamp(6) NOT NULL', '"updated_at" timestamp(6) NOT NULL'], indexes: [] };
  const call = argumentsOf(line);
  if (!call) return null;
  const [name = ''] = call.names;
  const indexOn = (columns: string, unique: boolean) =>
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ON "${table}" (${quoteAll(columns)})`;
  if (call.method === 'index') return { columns: [], indexes: [indexOn(name, call.options['unique'] === 'true')] };
  if (call.method === 'references' || call.method === 'belongs_to') {
    const type = call.options['type'] ?? 'bigint';
    const target = call.options['foreign_key'] === 'true' ? ` REFERENCES "${plural(name)}" ("id")` : '';
    const column = `${columnSql(`${name}_id`, type, { null: call.options['null'] })}${target}`;
    return { columns: [column], indexes: call.options['index'] === 'false' ? [] : [indexOn(`${name}_id`, false)] };
  }
  const indexed = call.options['index'] === 'true' ? call.names : [];
  return {
    columns: call.names.map((one) => columnSql(one, call.method, call.options)),
    indexes: indexed.map((one) => indexOn(one, false)),
  };
}
