/** One call of Rails' migration language: `add_column :users, :age, :integer, null: false`. */

export interface RubyCall {
  readonly method: string;
  /** Positional arguments as text; a list is joined with commas. */
  readonly names: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  /** The first argument, quoted as a table. */
  readonly table: string;
}

const ARGUMENT =
  /\s*(?:(\w+):\s+|:(\w+)\s*=>\s*)?(\[[^\]]*\]|%[wi]\[[^\]]*\]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-> \{[^}]*\}|\{[^}]*\}|:?[\w.:+-]+[?!]?)\s*(?:,|$)/y;

const bare = (text: string): string => {
  if (text.startsWith('%')) return text.slice(3, -1).trim().split(/\s+/).join(',');
  if (text.startsWith('['))
    return text
      .slice(1, -1)
      .split(',')
      .map((one) => bare(one.trim()))
      .join(',');
  if (/^['"]/.test(text)) return text.slice(1, -1);
  return text.startsWith(':') ? text.slice(1) : text;
};

/** Null when the line is more than a call with literal arguments. */
export function argumentsOf(line: string): RubyCall | null {
  const match = /^(\w+)[\s(]+(.*?)\)?$/.exec(line);
  if (!match) return null;
  const [, method = '', rest = ''] = match;
  const names: string[] = [];
  const options: Record<string, string> = {};
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < rest.length) {
    const found = ARGUMENT.exec(rest);
    if (!found) return null;
    const key = found[1] ?? found[2];
    const value = found[3] ?? '';
    if (key === undefined) names.push(bare(value));
    else options[key] = /^(->|\{)/.test(value) ? `block:${value}` : bare(value);
  }
  return { method, names, options, table: `"${(names[0] ?? '').replaceAll('.', '"."')}"` };
}

export const quoteAll = (columns: string): string =>
  columns
    .split(',')
    .map((one) => (/^\w+$/.test(one) ? `"${one}"` : one))
    .join(', ');

const TYPES: Readonly<Record<string, string>> = {
  string: 'varchar',
  text: 'text',
  integer: 'integer',
  bigint: 'bigint',
  float: 'double precision',
  decimal: 'numeric',
  datetime: 'timestamp(6)',
  timestamp: 'timestamp(6)',
  timestamptz: 'timestamptz(6)',
  binary: 'bytea',
};

export function literal(value: string): string {
  if (value.startsWith('block:'))
    return value.replace(/^block:-> \{\s*["'](.*)["']\s*\}$/, '$1').replace(/^block:\{\}$/, "'{}'");
  if (/^-?\d+(\.\d+)?$/.test(value) || value === 'true' || value === 'false') return value;
  return value === 'nil' ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}

/** `"name" type NOT NULL DEFAULT …`, as Rails writes it. */
export function columnSql(name = '', type = 'string', options: RubyCall['options'] = {}): string {
  const length = options['precision']
    ? `(${[options['precision'], options['scale']].filter(Boolean).join(',')})`
    : type === 'string' && options['limit']
      ? `(${options['limit']})`
      : '';
  const base = type === 'integer' && options['limit'] === '8' ? 'bigint' : (TYPES[type] ?? type);
  const sized = length === '' ? base : base.replace(/\(\d+\)$/, '') + length;
  const array = options['array'] === 'true' ? '[]' : '';
  const notNull = options['null'] === 'false' ? ' NOT NULL' : '';
  const value = options['default'] === undefined ? '' : ` DEFAULT ${literal(options['default'])}`;
  return `${name === '' ? '' : `"${name}" `}${sized}${array}${value}${notNull}`;
}
