/** The view rows in Postgres: read and written by an append, and folded again when another version of the folds wrote them. */
import type { NewEvent } from '../core/events.ts';
import { foldRows, mustRebuild, neededRows, REBUILD_PAGE, rowId, VIEWS_KEY } from './fold.ts';
import type { Connection, Query } from './postgres-connection.ts';
import { toEvent } from './rows.ts';
import { postgresDialect, selectEvents } from './select.ts';
import type { ViewRow, Views } from './store.ts';

/** Any constant: a rebuild holds it alone, appends share it, so that none writes rows from before into those of after. */
const VIEWS_LOCK = 0x76696577;
const lock = (schema: string): string => `(${VIEWS_LOCK}, hashtext('${schema}'))`;

/** Taken by a rebuild. */
export const viewsLock = (schema: string): string => `pg_advisory_xact_lock${lock(schema)}`;

/** To be selected in the first statement of an append: only later statements are sure to see what a rebuild left. */
export const sharedViewsLock = (schema: string): string => `pg_advisory_xact_lock_shared${lock(schema)}`;

/** The rows that the events may read, by `rowId`. */
export async function rowsFor(
  query: Query,
  schema: string,
  views: Views,
  environment: string,
  events: readonly NewEvent[],
): Promise<Map<string, unknown>> {
  const needed = neededRows(views, environment, events);
  if (needed.length === 0) return new Map();
  const sql = `SELECT view, key, row FROM ${schema}.view_row
    WHERE environment = ? AND (view, key) IN (SELECT * FROM unnest(?::text[], ?::text[]))`;
  const rows = await query(sql, [environment, needed.map(([view]) => view), needed.map(([, key]) => key)]);
  return new Map(
    rows.map((row) => [rowId(String(row['view']), String(row['key'])), JSON.parse(String(row['row'])) as unknown]),
  );
}

export async function putRows(query: Query, schema: string, rows: readonly ViewRow[]): Promise<void> {
  if (rows.length === 0) return;
  await query(
    `INSERT INTO ${schema}.view_row (view, environment, key, sort, row)
      SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
      ON CONFLICT (view, environment, key) DO UPDATE SET sort = excluded.sort, row = excluded.row`,
    [
      rows.map((row) => row.view),
      rows.map((row) => row.environment),
      rows.map((row) => row.key),
      rows.map((row) => row.sort),
      rows.map((row) => JSON.stringify(row.row)),
    ],
  );
}

/** Has the next open fold the rows again: an event goes into the journal that was not folded into them. */
export async function leaveBehind(query: Query, schema: string): Promise<void> {
  await query(`DELETE FROM ${schema}.meta WHERE key = ?`, [VIEWS_KEY]);
}

async function rebuild(query: Query, schema: string, views: Views): Promise<void> {
  await query(`DELETE FROM ${schema}.view_row`);
  for (const row of await query(`SELECT environment FROM ${schema}.head`)) {
    const environment = String(row['environment']);
    for (let after = 0; ;) {
      const { sql, values } = selectEvents(postgresDialect(schema), { environment, after, limit: REBUILD_PAGE });
      const events = (await query(sql, values)).map(toEvent);
      const last = events.at(-1);
      if (last === undefined) break;
      const known = await rowsFor(query, schema, views, environment, events);
      await putRows(query, schema, foldRows(views, environment, events, known));
      after = last.n;
    }
  }
}

/** Folds the rows again where another version wrote them; whole or not at all. @throws Problem FORMAT_NEWER */
export async function refreshViews(connection: Connection, schema: string, views: Views): Promise<void> {
  const stale = async (query: Query): Promise<boolean> => {
    const [row] = await query(`SELECT value FROM ${schema}.meta WHERE key = ?`, [VIEWS_KEY]);
    return mustRebuild(views, row?.['value'], connection.where);
  };
  if (!(await stale((sql, values) => connection.query(sql, values)))) return;
  await connection.transaction(async (query) => {
    await query(`SELECT ${viewsLock(schema)}`);
    // Another process may have been faster.
    if (!(await stale(query))) return;
    await rebuild(query, schema, views);
    await query(
      `INSERT INTO ${schema}.meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [VIEWS_KEY, String(views.version)],
    );
  });
}
