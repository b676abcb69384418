/** Builds the SELECTs of a store from the queries of the contract, for both engines (`?` placeholders). */
import type { EventKind } from '../core/events.ts';
import { JOURNAL_COLUMNS } from './rows.ts';
import type { EventQuery, ViewName, ViewQuery } from './store.ts';

export interface Select {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

class Conditions {
  readonly #parts: string[] = [];
  readonly values: (number | string)[] = [];

  add(condition: string, ...values: readonly (number | string | undefined)[]): this {
    const known = values.filter((value) => value !== undefined);
    if (known.length < values.length) return this;
    this.#parts.push(condition);
    this.values.push(...known);
    return this;
  }

  toString(): string {
    return this.#parts.length === 0 ? '' : ` WHERE ${this.#parts.join(' AND ')}`;
  }
}

/** What differs between the engines. */
export interface Dialect {
  /** A table of the store by its name. */
  table(name: string): string;
  /** Has the journal read by this index; empty where the engine knows better itself. */
  by(index: string): string;
  /** A text field of the JSON of a view row, as the indexes have it. */
  field(name: 'outcome' | 'actor'): string;
  /** A placeholder for an ISO time, moved by as many seconds as the expression gives. */
  moved(sign: '+' | '-', seconds: string): string;
}

/** Without statistics SQLite walks a whole environment in the order of `n`, however rare what is looked for. */
export const SQLITE: Dialect = {
  table: (name) => name,
  by: (index) => ` INDEXED BY ${index}`,
  field: (name) => `json_extract(row, '$.${name}')`,
  moved: (sign, seconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', ?, '${sign}' || ${seconds} || ' seconds')`,
};

/** @param schema quoted as needed */
export function postgresDialect(schema: string): Dialect {
  const iso = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
  return {
    table: (name) => `${schema}.${name}`,
    by: () => '',
    field: (name) => `(row::jsonb ->> '${name}')`,
    moved: (sign, seconds) =>
      `to_char((?::timestamptz ${sign} ${seconds} * interval '1 second') AT TIME ZONE 'UTC', ${iso})`,
  };
}

/**
 * Events of one environment or deployment come in the order of `n`; over all environments in the order of `at`.
 * A window is half open: `since` belongs to it, `until` does not.
 */
export function selectEvents(dialect: Dialect, query: EventQuery): Select {
  const { environment, deployment, actor, kinds, limit } = query;
  const inOne = environment !== undefined && deployment === undefined;
  // Each kind by itself, in its order: with IN all events of all of them would be sorted.
  const byKind = kinds !== undefined && (actor === undefined || kinds.every(isRare));
  const apart = inOne && byKind && kinds.length > 1;
  const arms = apart ? [...new Set(kinds)].map((kind) => [kind]) : [kinds];
  const page = inOne && limit !== undefined && (apart || (actor !== undefined && kinds !== undefined));
  if (!page) return union(dialect, query, arms, JOURNAL_COLUMNS);
  // The index has nearly all that is asked for: only what is on the page is looked up in the journal.
  const { sql, values } = union(dialect, query, arms, 'n');
  return {
    sql: `SELECT ${JOURNAL_COLUMNS} FROM ${dialect.table('journal')} WHERE environment = ? AND n IN (${sql})
      ORDER BY ${orderOf(query)}`,
    values: [environment, ...values],
  };
}

function orderOf({ environment, deployment, newestFirst }: EventQuery): string {
  const alone = environment !== undefined || deployment !== undefined;
  const direction = newestFirst ? 'DESC' : 'ASC';
  return (alone ? ['n'] : ['at', 'environment', 'n']).map((column) => `${column} ${direction}`).join(', ');
}

/** Each arm is read only as far as the page goes. */
function union(
  dialect: Dialect,
  query: EventQuery,
  arms: readonly (readonly string[] | undefined)[],
  columns: string,
): Select {
  const limits = query.limit === undefined ? [] : [query.limit];
  const end = ` ORDER BY ${orderOf(query)}${query.limit === undefined ? '' : ' LIMIT ?'}`;
  const selects = arms.map((kinds): Select => {
    const where = conditions(dialect, query, kinds);
    const sql = `SELECT ${columns} FROM ${dialect.table('journal')}${hint(dialect, query, kinds)}${where}`;
    return { sql, values: where.values };
  });
  const [first] = selects;
  if (first && selects.length === 1) return { sql: first.sql + end, values: [...first.values, ...limits] };
  const limited = selects.map(({ sql }, index) =>
    query.limit === undefined ? sql : `SELECT ${columns} FROM (${sql}${end}) AS arm${index}`,
  );
  return {
    sql: limited.join(' UNION ALL ') + end,
    values: [...selects.flatMap(({ values }) => [...values, ...limits]), ...limits],
  };
}

function hint(dialect: Dialect, query: EventQuery, kinds: readonly string[] | undefined): string {
  if (query.deployment !== undefined) return dialect.by('journal_deployment');
  if (query.environment === undefined) return '';
  const [kind] = kinds ?? [];
  if (kind !== undefined && kinds?.length === 1 && (query.actor === undefined || isRare(kind)))
    return dialect.by('journal_kind');
  return query.actor === undefined ? '' : dialect.by('journal_actor');
}

/** What every deployment has many of: a page of one person's is full at once. Of other kinds the person is searched for. */
const PLENTIFUL: ReadonlySet<string> = new Set<EventKind>([
  'deployment.opened',
  'deployment.planned',
  'deployment.committed',
  'deployment.closed',
  'gate.checked',
  'step.intended',
  'step.done',
  'watch.ended',
]);

const isRare = (kind: string): boolean => !PLENTIFUL.has(kind);

function conditions(dialect: Dialect, query: EventQuery, kinds: readonly string[] | undefined): Conditions {
  const { environment, deployment, actor, since, until, after } = query;
  const where = new Conditions()
    .add('environment = ?', environment)
    .add('deployment = ?', deployment)
    .add('actor = ?', actor)
    .add('at >= ?', since)
    .add('at < ?', until)
    .add(query.newestFirst ? 'n < ?' : 'n > ?', after);
  // An empty list asks for no kind at all; Postgres has no `IN ()`.
  if (kinds?.length === 0) where.add('1 = 0');
  else if (kinds?.length === 1) where.add('kind = ?', kinds[0]);
  else if (kinds) where.add(`kind IN (${kinds.map(() => '?').join(', ')})`, ...kinds);
  if (environment !== undefined && deployment === undefined) addRange(where, dialect, environment, query);
  return where;
}

/**
 * The numbers between which a window of time lies, so that nothing before or behind it is walked through. Times rise
 * with the numbers but for `clock.back_s`, the most that a writer's clock was ever behind an earlier event's: what
 * comes before an event that is older than the window by more than that is older too, and the same at its end.
 */
function addRange(where: Conditions, dialect: Dialect, environment: string, { since, until }: EventQuery): void {
  const back = `COALESCE((SELECT back_s FROM ${dialect.table('clock')} WHERE environment = ?), 0)`;
  const number = (compare: string, sign: '+' | '-', direction: string): string =>
    `(SELECT n FROM ${dialect.table('journal')}${dialect.by('journal_at')} WHERE environment = ?
      AND at ${compare} ${dialect.moved(sign, back)} ORDER BY at ${direction} LIMIT 1)`;
  const last = Number.MAX_SAFE_INTEGER;
  if (isTime(since)) where.add(`n >= COALESCE(${number('<', '-', 'DESC')}, 0)`, environment, since, environment);
  if (isTime(until)) where.add(`n < COALESCE(${number('>=', '+', 'ASC')}, ${last})`, environment, until, environment);
}

/** True for an instant as events have it: any other text compares well enough, but the engines cannot count with it. */
function isTime(text: string | undefined): text is string {
  const instant = text === undefined ? Number.NaN : Date.parse(text);
  return !Number.isNaN(instant) && new Date(instant).toISOString() === text;
}

/** Most deployments end like this: they are found fast in the order of their time, and are not in the index of outcomes. */
const USUAL = 'committed';

export function selectViewRows(dialect: Dialect, view: ViewName, query: ViewQuery): Select {
  const { outcome, actor } = query;
  const filtered = outcome !== undefined || actor !== undefined;
  const where = new Conditions();
  // The indexes hold this one view: said in so many words, so that the engines know that they may use them.
  if (filtered && view === 'deployments') where.add("view = 'deployments'");
  else where.add('view = ?', view);
  if (filtered && view !== 'deployments') where.add('1 = 0');
  if (outcome !== undefined && outcome !== USUAL) where.add(`${dialect.field('outcome')} <> '${USUAL}'`);
  where
    .add(`${dialect.field('outcome')} = ?`, outcome)
    .add(`${dialect.field('actor')} = ?`, actor)
    .add('environment = ?', query.environment)
    .add('key = ?', query.key)
    .add('sort < ?', query.before);
  // The key comes behind the environment in its index: it is looked up in each, not searched for in all rows.
  if (query.key !== undefined && query.environment === undefined)
    where.add(`environment IN (SELECT environment FROM ${dialect.table('head')})`);
  const from = `${dialect.table('view_row')}${viewHint(dialect, view, query)}`;
  const sql = `SELECT view, environment, key, sort, row FROM ${from}${where} ORDER BY sort DESC`;
  if (query.limit === undefined) return { sql, values: where.values };
  return { sql: `${sql} LIMIT ?`, values: [...where.values, query.limit] };
}

function viewHint(dialect: Dialect, view: ViewName, { outcome, actor, key }: ViewQuery): string {
  if (key !== undefined) return dialect.by('sqlite_autoindex_view_row_1');
  if (view !== 'deployments') return '';
  if (outcome !== undefined && outcome !== USUAL) return dialect.by('view_row_outcome');
  return actor === undefined ? '' : dialect.by('view_row_actor');
}
