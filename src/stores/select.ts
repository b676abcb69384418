/** Builds the SELECTs of a store from the queries of the contract, for both engines (`?` placeholders). */
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

  limit(count: number | undefined): string {
    if (count === undefined) return '';
    this.values.push(count);
    return ' LIMIT ?';
  }

  toString(): string {
    return this.#parts.length === 0 ? '' : ` WHERE ${this.#parts.join(' AND ')}`;
  }
}

/**
 * Events of one environment or deployment come in the order of `n`; over all environments in the order of `at`.
 * A window is half open: `since` belongs to it, `until` does not.
 */
export function selectEvents(table: string, query: EventQuery): Select {
  const direction = query.newestFirst ? 'DESC' : 'ASC';
  const where = new Conditions()
    .add(`${byTime(query) ? "environment || ''" : 'environment'} = ?`, query.environment)
    .add('deployment = ?', query.deployment)
    .add('actor = ?', query.actor)
    .add('at >= ?', query.since)
    .add('at < ?', query.until)
    .add(query.newestFirst ? 'n < ?' : 'n > ?', query.after);
  // An empty list asks for no kind at all; Postgres has no `IN ()`.
  if (query.kinds?.length === 0) where.add('1 = 0');
  else if (query.kinds) where.add(`kind IN (${query.kinds.map(() => '?').join(', ')})`, ...query.kinds);
  const columns =
    query.environment === undefined && query.deployment === undefined ? ['at', 'environment', 'n'] : ['n'];
  const order = columns.map((column) => `${column} ${direction}`).join(', ');
  const sql = `SELECT ${JOURNAL_COLUMNS} FROM ${table}${where} ORDER BY ${order}${where.limit(query.limit)}`;
  return { sql, values: where.values };
}

/**
 * Without statistics SQLite walks the whole environment in the order of `n`, although a window is a small part of it.
 * An expression keeps it from that; with a limit, or without a lower bound, the walk is the better way.
 */
function byTime({ since, limit, after, deployment }: EventQuery): boolean {
  return since !== undefined && limit === undefined && after === undefined && deployment === undefined;
}

export function selectViewRows(table: string, view: ViewName, query: ViewQuery): Select {
  const where = new Conditions()
    .add('view = ?', view)
    .add('environment = ?', query.environment)
    .add('key = ?', query.key)
    .add('sort < ?', query.before);
  const sql = `SELECT view, environment, key, sort, row FROM ${table}${where} ORDER BY sort DESC${where.limit(query.limit)}`;
  return { sql, values: where.values };
}
