/** Events and rows as Belay's component takes them: JSON as text, in pieces that fit into documents. */
import type { JournalEvent } from '../../core/events.ts';
import { canonical } from '../../core/journal.ts';
import { INLINE_UNITS, PART_UNITS } from '../../convex/component/limits.ts';
import type { WireEvent } from '../../convex/component/stored-events.ts';
import type { WireRow } from '../../convex/component/view-rows.ts';
import { Problem } from '../../core/errors.ts';
import type { ViewName, ViewRow } from '../store.ts';

/** Cuts between characters: half of a pair is no text that Convex takes. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length || pieces.length === 0;) {
    let to = Math.min(text.length, from + (from === 0 ? INLINE_UNITS : PART_UNITS));
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to -= 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

export function toWireEvent({ data, ...event }: JournalEvent): WireEvent {
  return { ...event, data: piecesOf(canonical(data)) };
}

/** @throws Problem STORE_CORRUPT */
export function fromWireEvent({ data, ...event }: WireEvent): JournalEvent {
  try {
    // Kind and data were written together from one NewEvent; the chain proves that they still are.
    return { ...event, data: JSON.parse(data.join('')) as unknown } as JournalEvent;
  } catch (error) {
    throw new Problem('STORE_CORRUPT', `Event ${event.n} of ${event.environment} cannot be read`, {
      why: 'its data is not what was written: the tables of the component were changed by hand',
      next: `belay audit verify --env ${event.environment}`,
      cause: error,
    });
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export function toWireRow({ view, environment, key, sort, row }: ViewRow): WireRow {
  const { outcome, actor } = (view === 'deployments' && row !== null ? row : {}) as Partial<Record<string, unknown>>;
  const text = JSON.stringify(row);
  return { view, environment, key, sort, outcome: textOrNull(outcome), actor: textOrNull(actor), row: text };
}

export function fromWireRow({ view, environment, key, sort, row }: WireRow): ViewRow {
  return { view: view as ViewName, environment, key, sort, row: JSON.parse(row) as unknown };
}
