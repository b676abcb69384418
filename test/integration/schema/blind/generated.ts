/** Changes by a rule: kinds of statements on tables and columns as a seeded draw pairs them. Nothing is chosen by its verdict. */
import type { Case } from '../cases.ts';

interface Field {
  readonly table: string;
  readonly column: string;
  readonly sort: 'number' | 'text' | 'time' | 'other';
}

const fields = (table: string, sort: Field['sort'], columns: string): Field[] =>
  columns.split(' ').map((column) => ({ table, column, sort }));

const FIELDS: readonly Field[] = [
  ...fields('accounts', 'text', 'slug title plan country'),
  ...fields('accounts', 'number', 'seats'),
  ...fields('accounts', 'time', 'deleted_at created_at updated_at'),
  ...fields('members', 'text', 'email full_name role phone'),
  ...fields('members', 'number', 'id karma rate invited_by'),
  ...fields('members', 'time', 'last_seen'),
  ...fields('members', 'other', 'prefs active account_id'),
  ...fields('tickets', 'text', 'subject body'),
  ...fields('tickets', 'number', 'number priority assignee_id weight'),
  ...fields('tickets', 'time', 'due_on opened_at closed_at'),
  ...fields('tickets', 'other', 'state via labels extra account_id search_words'),
  ...fields('replies', 'text', 'body code'),
  ...fields('replies', 'number', 'id ticket_id author_id minutes'),
  ...fields('replies', 'other', 'visible'),
  ...fields('tags', 'text', 'name color'),
  ...fields('ticket_tags', 'number', 'ticket_id added_by'),
  ...fields('billing.payments', 'number', 'id cents'),
  ...fields('billing.payments', 'text', 'currency reference'),
  ...fields('audit', 'number', 'id actor'),
  ...fields('audit', 'text', 'what'),
  ...fields('"Settings"', 'text', '"Value"'),
  ...fields('"Settings"', 'number', '"Order"'),
  ...fields('sessions', 'text', 'token agent'),
  ...fields('sessions', 'time', 'expires'),
];

const TYPES: Readonly<Record<Field['sort'], readonly string[]>> = {
  number: ['bigint', 'integer', 'smallint', 'numeric', 'numeric(12,2)', 'text', 'double precision'],
  text: ['text', 'varchar(30)', 'varchar(500)', 'varchar', 'char(20)'],
  time: ['timestamptz', 'timestamp', 'date', 'timestamptz(3)', 'text'],
  other: ['text', 'jsonb', 'varchar(100)'],
};

const CHECKS: Readonly<Record<Field['sort'], readonly string[]>> = {
  number: ['@ >= 0', '@ > 0', '@ < 1000000000', '@ <> 13', '@ IN (1, 2, 3)', '@ IS NOT NULL'],
  text: [`@ <> ''`, 'length(@) < 200', 'length(@) > 1', `@ IN ('a', 'b')`, '@ = lower(@)', '@ IS NOT NULL'],
  time: [`@ > '2000-01-01'`, '@ IS NOT NULL'],
  other: ['@ IS NOT NULL'],
};

/** Mulberry32: the same draws on every machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Pick = <T>(list: readonly T[]) => T;
type Kind = (field: Field, pick: Pick) => string | Case;

const outside = (sql: string): Case => ({ sql, transaction: false });
const check = (field: Field, pick: Pick) => pick(CHECKS[field.sort]).replaceAll('@', field.column);
const references = (pick: Pick) => pick(['members (id)', 'tickets (id)', 'tags (name)']);

const KINDS: readonly Kind[] = [
  ({ table }, pick) =>
    `ALTER TABLE ${table} ADD COLUMN extra_note ${pick(['text', 'integer DEFAULT 5', 'jsonb', 'timestamptz DEFAULT now()', 'uuid DEFAULT gen_random_uuid()', `text NOT NULL DEFAULT ''`, 'integer NOT NULL', 'bigserial'])}`,
  ({ table }, pick) =>
    `ALTER TABLE ${table} ADD COLUMN owner_ref integer ${pick(['', 'DEFAULT 1 ', 'NOT NULL DEFAULT 1 '])}REFERENCES members (id)`,
  ({ table, column }) => `ALTER TABLE ${table} DROP COLUMN ${column}`,
  ({ table, column }) => `ALTER TABLE ${table} RENAME COLUMN ${column} TO renamed_here`,
  (field, pick) => `ALTER TABLE ${field.table} ALTER COLUMN ${field.column} TYPE ${pick(TYPES[field.sort])}`,
  (field, pick) => `ALTER TABLE ${field.table} ALTER COLUMN ${field.column} TYPE ${pick(TYPES[field.sort])}`,
  ({ table, column }) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
  ({ table, column }) => `ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`,
  ({ table, column }) => `ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT`,
  ({ table, column, sort }) =>
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${sort === 'number' ? '1' : 'NULL'}`,
  (field, pick) =>
    `ALTER TABLE ${field.table} ADD CONSTRAINT drawn CHECK (${check(field, pick)})${pick(['', ' NOT VALID'])}`,
  (field, pick) =>
    outside(
      `ALTER TABLE ${field.table} ADD CONSTRAINT drawn CHECK (${check(field, pick)}) NOT VALID; ALTER TABLE ${field.table} VALIDATE CONSTRAINT drawn`,
    ),
  ({ table, column }, pick) =>
    `ALTER TABLE ${table} ADD CONSTRAINT drawn FOREIGN KEY (${column}) REFERENCES ${references(pick)}${pick(['', ' NOT VALID'])}`,
  ({ table, column }) => `ALTER TABLE ${table} ADD CONSTRAINT drawn UNIQUE (${column})`,
  ({ table, column }, pick) =>
    `CREATE ${pick(['', 'UNIQUE '])}INDEX drawn ON ${table} (${column})${pick(['', ` WHERE ${column} IS NOT NULL`])}`,
  ({ table, column }, pick) =>
    outside(`CREATE ${pick(['', 'UNIQUE '])}INDEX CONCURRENTLY drawn ON ${table} (${column})`),
  ({ table, column }) =>
    `ALTER TABLE ${table} ADD COLUMN copied text; UPDATE ${table} SET copied = ${column}::text; ALTER TABLE ${table} DROP COLUMN ${column}`,
  ({ table, column }) =>
    `CREATE VIEW drawn AS SELECT ${column} FROM ${table}; ALTER TABLE ${table} ALTER COLUMN ${column} SET STATISTICS 500`,
  ({ table }, pick) =>
    pick([
      `DROP TABLE ${table}`,
      `DROP TABLE ${table} CASCADE`,
      `TRUNCATE ${table} CASCADE`,
      `ALTER TABLE ${table} RENAME TO drawn`,
    ]),
  ({ table, column }, pick) =>
    pick([
      `UPDATE ${table} SET ${column} = ${column}`,
      `DELETE FROM ${table} WHERE ${column} IS NULL`,
      `LOCK TABLE ${table} IN SHARE MODE`,
      `REINDEX TABLE ${table}`,
    ]),
];

/** @param seed decides all of it. */
export function generatedCases(seed: number, count: number): readonly Case[] {
  const random = randomOf(seed);
  const pick: Pick = (list) => {
    const found = list[Math.floor(random() * list.length)];
    if (found === undefined) throw new Error('nothing to draw from');
    return found;
  };
  const cases = new Map<string, Case>();
  while (cases.size < count) {
    const made = pick(KINDS)(pick(FIELDS), pick);
    const one = typeof made === 'string' ? { sql: made } : made;
    cases.set(one.sql, one);
  }
  return [...cases.values()];
}
