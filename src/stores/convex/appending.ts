/** Appends to the journal of one environment: seals here, and has the component write it only if the head is still the same. */
import type { JournalEvent, NewEvent } from '../../core/events.ts';
import { Problem } from '../../core/errors.ts';
import type { Chain } from '../../convex/component/chains.ts';
import type { WireEvent } from '../../convex/component/stored-events.ts';
import { fenced, type HeadMemory, sealAndProject, splitKnown } from '../append.ts';
import { mayProject, neededRows, NO_VIEWS } from '../fold.ts';
import { latenessAfter } from '../lateness.ts';
import type { EventQuery, Fence, Views } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';
import { covers, type Known, knownAfter, knownOf } from './known.ts';
import { endsDeployment, LOG_KINDS, logRow } from './log-row.ts';
import { fromWireEvent, toWireEvent, toWireRow } from './wire.ts';

/** Each round lost is an append that somebody else won: more in a row than there are writers means that something is wrong. */
const ROUNDS = 50;

/** One call carries up to 16 MiB; text of any language stays below that. */
const MOST_UNITS = 4_000_000;
const MOST_EVENTS = 1_500;

interface Before {
  readonly chain: Chain;
  readonly version: number;
  readonly known: readonly WireEvent[];
  readonly rows: readonly (string | null)[];
}

export interface Appending {
  readonly calls: ComponentCalls;
  readonly views: Views;
  readonly heads: HeadMemory;
  readonly known: Map<string, Known>;
  readonly read: (query: EventQuery) => Promise<readonly JournalEvent[]>;
}

/** @throws Problem FENCED, STORE_WENT_BACK, STORE_UNREACHABLE, STORE_REFUSED */
export async function appendTo(
  store: Appending,
  given: Fence,
  events: readonly NewEvent[],
): Promise<readonly JournalEvent[]> {
  refuseTooMuch(store.calls.where, events);
  const { environment, token, nonce } = given;
  const fence: Fence = { environment, token, nonce };
  const needed = neededRows(store.views, environment, events);
  for (let round = 0; round < ROUNDS; round += 1) {
    const remembered = store.known.get(environment);
    if (covers(remembered, needed)) {
      store.known.delete(environment);
      const written = await write(store, fence, remembered, events);
      if (written !== null) return written;
    }
    const rows = needed.map(([view, key]) => ({ view, key }));
    const ids = events.map(({ id }) => id);
    const before = await store.calls.call<Before | null>('journal:before', { fence, ids, rows });
    if (before === null) throw fenced(environment);
    const { fresh, merge } = splitKnown(environment, events, before.known.map(fromWireEvent));
    if (fresh.length === 0) return merge([]);
    store.heads.check(environment, before.chain);
    const known = knownOf(before.chain, before.version, needed, before.rows);
    const written = await write(store, fence, known, fresh);
    if (written !== null) return merge(written);
  }
  throw new Problem('STORE_UNREACHABLE', `The journal of ${environment} cannot be written`, {
    why: `others appended to it ${ROUNDS} times in a row`,
    next: `belay status --env ${environment}`,
    retry: 'later',
  });
}

/** Null when the environment has moved, or has one of the events already: nothing was written. */
async function write(
  store: Appending,
  fence: Fence,
  known: Known,
  fresh: readonly NewEvent[],
): Promise<readonly JournalEvent[] | null> {
  const { environment } = fence;
  const views = mayProject(store.views, known.version) ? store.views : NO_VIEWS;
  const present = new Map([...known.rows].filter(([, row]) => row !== undefined));
  const { events, rows, head } = sealAndProject(views, fence, known.head, fresh, present);
  const late = latenessAfter(known.lateness, known.lastAt, events);
  const answer = await store.calls.call<'fenced' | 'behind' | 'written'>('journal:append', {
    fence,
    head: known.head,
    events: events.map(toWireEvent),
    late,
    version: views.version,
    rows: rows.map(toWireRow),
    log: await logRows(store, events),
  });
  if (answer === 'fenced') throw fenced(environment);
  if (answer === 'behind') return null;
  const lastAt = events.at(-1)?.at ?? '';
  const version = views.version ?? 0;
  store.known.set(environment, knownAfter(known, { head, lastAt, late, rows, version }, environment));
  return events;
}

/** The deployment's own events are asked for only when it ends. */
async function logRows(store: Appending, events: readonly JournalEvent[]) {
  const rows = [];
  for (const [index, event] of events.entries()) {
    if (!endsDeployment(event)) continue;
    const { deployment, environment } = event;
    if (deployment === null) continue;
    const earlier = await store.read({ environment, deployment });
    const same = events.slice(0, index + 1).filter((one) => one.deployment === deployment);
    const told = [...earlier, ...same].filter(({ kind }) => (LOG_KINDS as readonly string[]).includes(kind));
    const row = logRow(told);
    if (row) rows.push(row);
  }
  return rows;
}

/** @throws Problem STORE_REFUSED for what no Convex transaction can hold */
function refuseTooMuch(where: string, events: readonly NewEvent[]): void {
  const units = events.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0);
  if (units <= MOST_UNITS && events.length <= MOST_EVENTS) return;
  throw new Problem('STORE_REFUSED', `The store ${where} cannot hold an entry of this size`, {
    why: `${events.length} events with ${units} characters; Convex takes ${MOST_EVENTS} and ${MOST_UNITS} at once`,
    next: 'keep the journal in Postgres, or deploy fewer targets at once',
  });
}
