/** The view rows in SQLite: read and written by an append, and folded again when another version of the folds wrote them. */
import type { NewEvent } from '../core/events.ts';
import { type SqliteDriver, transaction } from './driver.ts';
import { foldRows, mustRebuild, neededRows, REBUILD_PAGE, rowId, VIEWS_KEY } from './fold.ts';
import { toEvent } from './rows.ts';
import { selectEvents, SQLITE } from './select.ts';
import type { ViewRow, Views } from './store.ts';

const ROW = 'SELECT row FROM view_row WHERE view = ? AND environment = ? AND key = ?';
const SET_ROW = `INSERT INTO view_row (view, environment, key, sort, row) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (view, environment, key) DO UPDATE SET sort = excluded.sort, row = excluded.row`;

/** The rows that the events may read, by `rowId`. */
export function rowsFor(
  driver: SqliteDriver,
  views: Views,
  environment: string,
  events: readonly NewEvent[],
): Map<string, unknown> {
  const known = new Map<string, unknown>();
  for (const [view, key] of neededRows(views, environment, events)) {
    const found = driver.get(ROW, view, environment, key);
    if (found) known.set(rowId(view, key), JSON.parse(String(found['row'])));
  }
  return known;
}

export function putRows(driver: SqliteDriver, rows: readonly ViewRow[]): void {
  for (const { view, environment, key, sort, row } of rows) {
    driver.run(SET_ROW, view, environment, key, sort, JSON.stringify(row));
  }
}

/** Has the next open fold the rows again: an event goes into the journal that was not folded into them. */
export function leaveBehind(driver: SqliteDriver): void {
  driver.run('DELETE FROM meta WHERE key = ?', VIEWS_KEY);
}

function rebuild(driver: SqliteDriver, views: Views): void {
  driver.run('DELETE FROM view_row');
  for (const row of driver.all('SELECT environment FROM head')) {
    const environment = String(row['environment']);
    for (let after = 0; ;) {
      const { sql, values } = selectEvents(SQLITE, { environment, after, limit: REBUILD_PAGE });
      const events = driver.all(sql, ...values).map(toEvent);
      const last = events.at(-1);
      if (last === undefined) break;
      putRows(driver, foldRows(views, environment, events, rowsFor(driver, views, environment, events)));
      after = last.n;
    }
  }
}

/** Folds the rows again where another version wrote them; whole or not at all. @throws Problem FORMAT_NEWER */
export function refreshViews(driver: SqliteDriver, path: string, views: Views): void {
  const stale = (): boolean =>
    mustRebuild(views, driver.get('SELECT value FROM meta WHERE key = ?', VIEWS_KEY)?.['value'], path);
  if (!stale()) return;
  transaction(driver, () => {
    // Another process may have been faster.
    if (!stale()) return;
    rebuild(driver, views);
    driver.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', VIEWS_KEY, String(views.version));
  });
}
