/** Folds events into view rows: the same for an append and for a rebuild, in every store. */
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { newerFormat } from './format.ts';
import type { ViewName, ViewRow, Views } from './store.ts';

/** For whoever only keeps a lease: leaves the views alone. */
export const NO_VIEWS: Views = { version: null, keys: () => [], project: () => [] };

/** Where the tables keep the version of the folds that wrote the rows; absent when they are behind the journal. */
export const VIEWS_KEY = 'views';

/** Events that a rebuild holds in memory at once. */
export const REBUILD_PAGE = 1_000;

/**
 * Whether the rows must be folded again before anybody reads them.
 * @param recorded version of the folds that wrote the rows; null or absent when they are behind the journal
 * @throws Problem FORMAT_NEWER
 */
export function mustRebuild(views: Views, recorded: unknown, where: string): boolean {
  if (views.version === null) return false;
  const found = Number(recorded ?? 0);
  if (found > views.version) throw newerFormat(where, 'version of its views', found, views.version);
  return found < views.version;
}

/**
 * Inside an append: whether its events may be folded into the rows. A process that runs while another Belay takes the
 * views to another version must not mix its folds with theirs; the journal is enough to fold them later.
 */
export function mayProject(views: Views, recorded: unknown): boolean {
  return views.version !== null && Number(recorded ?? 0) === views.version;
}

export function rowId(view: string, key: string): string {
  return `${view}\u0000${key}`;
}

/** The view rows that the events may read, once each. */
export function neededRows(views: Views, environment: string, events: readonly NewEvent[]): [ViewName, string][] {
  const needed = new Map<string, [ViewName, string]>();
  for (const event of events) {
    for (const [view, key] of views.keys(event, environment)) needed.set(rowId(view, key), [view, key]);
  }
  return [...needed.values()];
}

/**
 * The rows that the events of one environment leave behind, the last state of each.
 * @param known rows that are there, by {@link rowId}; a projection may read only what its `keys` named
 */
export function foldRows(
  views: Views,
  environment: string,
  events: readonly JournalEvent[],
  known: ReadonlyMap<string, unknown>,
): ViewRow[] {
  const seen = new Map(known);
  const rows = new Map<string, ViewRow>();
  for (const event of events) {
    for (const row of views.project(event, (view, key) => seen.get(rowId(view, key)))) {
      if (row.environment === environment) seen.set(rowId(row.view, row.key), row.row);
      rows.set(`${row.environment}\u0000${rowId(row.view, row.key)}`, row);
    }
  }
  return [...rows.values()];
}
