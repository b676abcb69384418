/** Reads the journal and the views page by page: one Convex transaction reads only so much. */
import type { JournalEvent } from '../../core/events.ts';
import type { WireEvent } from '../../convex/component/stored-events.ts';
import type { WireRow } from '../../convex/component/view-rows.ts';
import type { EventQuery, ViewName, ViewQuery, ViewRow } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';
import { fromWireEvent, fromWireRow } from './wire.ts';

interface EventPage {
  readonly events: readonly WireEvent[];
  readonly next: { readonly after?: number; readonly afterAt?: string } | null;
}

interface RowPage {
  readonly rows: readonly WireRow[];
  readonly before: string | null;
}

const FILTERS = ['outcome', 'actor'] as const;

export async function readEvents(calls: ComponentCalls, query: EventQuery): Promise<JournalEvent[]> {
  const { limit = Number.MAX_SAFE_INTEGER } = query;
  const found: JournalEvent[] = [];
  let place: EventPage['next'] = {};
  while (place !== null && found.length < limit) {
    const rest = limit === Number.MAX_SAFE_INTEGER ? {} : { limit: limit - found.length };
    const { events, next }: EventPage = await calls.call('reading:page', { query: { ...query, ...rest, ...place } });
    for (const event of events) found.push(fromWireEvent(event));
    place = next;
  }
  return found;
}

export async function readRows(calls: ComponentCalls, view: ViewName, query: ViewQuery): Promise<ViewRow[]> {
  const { limit = Number.MAX_SAFE_INTEGER } = query;
  if (view !== 'deployments' && FILTERS.some((name) => query[name] !== undefined)) return [];
  const found: ViewRow[] = [];
  let asked = query;
  for (;;) {
    const { rows, before }: RowPage = await calls.call('views:page', { view, query: asked });
    for (const row of rows) found.push(fromWireRow(row));
    if (before === null || found.length >= limit) return found.slice(0, limit);
    asked = { ...asked, before };
  }
}
