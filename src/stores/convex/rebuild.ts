/**
 * Folds the views again where another version wrote them. The whole does not fit into one transaction: the rows are
 * written beside those that are read, and take their place in one step if no event has come meanwhile.
 */
import type { JournalEvent } from '../../core/events.ts';
import { Problem } from '../../core/errors.ts';
import { type ChainHead, EMPTY_CHAIN } from '../../core/journal.ts';
import { foldRows, mustRebuild, REBUILD_PAGE, rowId } from '../fold.ts';
import type { EventQuery, ViewRow, Views } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';
import { toWireRow } from './wire.ts';

/** Appends that may come between before the rebuild gives up: a deployment under way writes every few seconds. */
const ROUNDS = 20;

/** Rows and characters in one call. */
const BATCH_ROWS = 500;
const BATCH_UNITS = 1_000_000;

type Read = (query: EventQuery) => Promise<readonly JournalEvent[]>;
type Head = ChainHead & { readonly environment: string };

/** @throws Problem FORMAT_NEWER, STORE_UNREACHABLE */
export async function refreshViews(calls: ComponentCalls, read: Read, views: Views): Promise<void> {
  const { version } = views;
  for (let round = 0; version !== null; round += 1) {
    const recorded = await calls.call<{ readonly version: number }>('views:folds', {});
    if (!mustRebuild(views, recorded.version, calls.where)) return;
    if (round === ROUNDS) break;
    await rebuild(calls, read, views, version);
  }
  if (version === null) return;
  throw new Problem('STORE_UNREACHABLE', `The views of the store ${calls.where} cannot be folded now`, {
    why: 'the journal is being written to all the time',
    retry: 'later',
  });
}

/** The rows of one environment, so far as they were folded. */
interface Folded {
  head: ChainHead;
  readonly rows: Map<string, ViewRow>;
}

async function rebuild(calls: ComponentCalls, read: Read, views: Views, version: number): Promise<void> {
  const generation = await calls.call<number>('views:begin', {});
  const folded = new Map<string, Folded>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const changed: ViewRow[] = [];
    for (const { environment, n } of await calls.call<readonly Head[]>('views:heads', {})) {
      const state = folded.get(environment) ?? { head: EMPTY_CHAIN, rows: new Map<string, ViewRow>() };
      folded.set(environment, state);
      changed.push(...(await foldUpTo(read, views, environment, n, state)));
    }
    for (const rows of batches(changed)) await calls.call('views:put', { generation, rows: rows.map(toWireRow) });
    const heads = [...folded].map(([environment, { head }]) => ({ environment, ...head }));
    if ((await calls.call('views:adopt', { generation, version, heads })) !== 'moved') break;
  }
  while (await calls.call<boolean>('views:sweep', { own: generation }));
}

/** Gives the rows that have changed, each once. */
async function foldUpTo(read: Read, views: Views, environment: string, n: number, state: Folded): Promise<ViewRow[]> {
  const changed = new Map<string, ViewRow>();
  while (state.head.n < n) {
    const events = await read({ environment, after: state.head.n, limit: REBUILD_PAGE });
    const last = events.at(-1);
    if (last === undefined) break;
    const known = new Map([...state.rows].map(([id, { row }]) => [id, row]));
    for (const row of foldRows(views, environment, events, known)) {
      changed.set(rowId(row.view, row.key), row);
      state.rows.set(rowId(row.view, row.key), row);
    }
    state.head = { n: last.n, hash: last.hash };
  }
  return [...changed.values()];
}

function* batches(rows: readonly ViewRow[]): Generator<readonly ViewRow[]> {
  let batch: ViewRow[] = [];
  let units = 0;
  for (const row of rows) {
    const size = JSON.stringify(row.row).length;
    if (batch.length > 0 && (batch.length === BATCH_ROWS || units + size > BATCH_UNITS)) {
      yield batch;
      [batch, units] = [[], 0];
    }
    batch.push(row);
    units += size;
  }
  if (batch.length > 0) yield batch;
}
