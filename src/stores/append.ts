/** What every store does with new events before they reach its tables: clean, number, link and project. */
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { type ChainHead, seal } from '../core/journal.ts';
import { Problem } from '../core/errors.ts';
import { foldRows } from './fold.ts';
import type { Fence, ViewRow, Views } from './store.ts';

/** Replaces secret values in a text; the redactor's `clean`. */
export type Clean = (text: string) => string;

/** For a store that was given no redactor. */
export const KEEP: Clean = (text) => text;

/** Cleans every text inside a JSON value; keys and structure stay. */
export function cleanJson<T>(value: T, clean: Clean): T {
  if (clean === KEEP) return value;
  const walk = (inner: unknown): unknown => {
    if (typeof inner === 'string') return clean(inner);
    if (Array.isArray(inner)) return inner.map(walk);
    if (inner === null || typeof inner !== 'object') return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, walk(item)]));
  };
  return walk(value) as T;
}

/** Only what people and platforms write can hold a secret; ids and kinds are ours. */
export function cleanEvents(events: readonly NewEvent[], clean: Clean): NewEvent[] {
  return events.map(
    (event) => ({ ...event, actor: clean(event.actor), data: cleanJson(event.data, clean) }) as NewEvent,
  );
}

export interface Sealed {
  readonly events: readonly JournalEvent[];
  /** Rows to write, the last state of each. */
  readonly rows: readonly ViewRow[];
  readonly head: ChainHead;
}

/**
 * Puts events behind `head` and folds them into the views.
 * @param known rows that are there, by `rowId`
 */
export function sealAndProject(
  views: Views,
  fence: Fence,
  head: ChainHead,
  fresh: readonly NewEvent[],
  known: ReadonlyMap<string, unknown>,
): Sealed {
  const events = seal(fence.environment, fence.token, head, fresh);
  const last = events.at(-1);
  return {
    events,
    rows: foldRows(views, fence.environment, events, known),
    head: last ? { n: last.n, hash: last.hash } : head,
  };
}

/**
 * Splits a batch into what the journal already has and what is new.
 * @throws Error (a bug of ours) when an id was used for another event
 */
export function splitKnown(
  environment: string,
  events: readonly NewEvent[],
  stored: readonly JournalEvent[],
): { fresh: NewEvent[]; merge: (sealed: readonly JournalEvent[]) => JournalEvent[] } {
  const byId = new Map(stored.map((event) => [event.id, event]));
  for (const event of events) {
    const known = byId.get(event.id);
    if (known && (known.environment !== environment || known.kind !== event.kind)) {
      throw new Error(`event id ${event.id} is already used by ${known.kind} of ${known.environment}`);
    }
  }
  return {
    fresh: events.filter((event) => !byId.has(event.id)),
    merge(sealed) {
      for (const event of sealed) byId.set(event.id, event);
      return events.map((event) => byId.get(event.id)).filter((event) => event !== undefined);
    },
  };
}

export function fenced(environment: string): Problem {
  return new Problem('FENCED', `This process no longer holds the lease of ${environment}`, {
    why: 'another process took it over; nothing was written',
    next: `belay status --env ${environment}`,
  });
}

/** Remembers the newest head of each environment, so that a store which lost writes is noticed (guarantee G21). */
export class HeadMemory {
  readonly #newest = new Map<string, ChainHead>();

  /** @throws Problem STORE_WENT_BACK when the journal is shorter than this process has seen it, or another one. */
  check(environment: string, head: ChainHead): void {
    const newest = this.#newest.get(environment);
    if (newest === undefined || head.n > newest.n || (head.n === newest.n && head.hash === newest.hash)) return;
    throw new Problem('STORE_WENT_BACK', `The journal of ${environment} lost events`, {
      why: `it ended at event ${newest.n} and now ends at ${head.n}: a backup was restored, or a failover lost writes`,
      next: `belay audit verify ${environment}`,
    });
  }

  /** To be called with what is committed, in any order. */
  remember(environment: string, head: ChainHead): void {
    if (head.n >= (this.#newest.get(environment)?.n ?? 0)) this.#newest.set(environment, head);
  }
}
