/**
 * How far one channel was told of one environment: a cursor in the journal, what waits, what could not be delivered.
 * Pure. What waits is known by its number in the journal, never by its text.
 */
import type { Message, News } from '../notifiers/notifier.ts';
import { pauseMs, TRIES } from './backoff.ts';
import type { Decision } from './route.ts';

export interface Entry {
  /** 0 for what is not in the journal. */
  readonly n: number;
  /** Only of what is not in the journal: it cannot be made again. */
  readonly message?: Message;
  /** Of the event; what the receiver knows a repetition by. */
  readonly id: string;
  readonly news: News;
  /** ISO time of the event. */
  readonly at: string;
  /** Those of one queue leave in their order; a failure of the first is a failure of all. */
  readonly queue: string;
  /** So many events are in it. */
  readonly count: number;
  readonly failures: number;
  /** Not before: milliseconds since 1970. */
  readonly due: number;
  /** It waits by a rule (quiet hours, a group), not because it failed. */
  readonly held: boolean;
  /** Why it failed the last time. */
  readonly reason: string | null;
}

export interface Undeliverable extends Pick<Entry, 'n' | 'message' | 'id' | 'news' | 'at' | 'count' | 'failures'> {
  readonly reason: string;
  readonly gaveUpAt: string;
}

/** The process that is sending right now, as long as it lives and in time. */
export interface Claim {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  readonly pidStart: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface Ledger {
  readonly format: 1;
  /** Events up to this number were looked at. */
  readonly cursor: number;
  readonly waiting: readonly Entry[];
  /** The latest; how many more there were is counted. */
  readonly undeliverable: readonly Undeliverable[];
  readonly forgotten: number;
  readonly sent: { readonly count: number; readonly lastAt: string | null };
  /** When the window of a group ends, by its key. */
  readonly windows: Readonly<Record<string, number>>;
  readonly claim: Claim | null;
  /** Latest ids of what is not in the journal: each is told once. */
  readonly announced: readonly string[];
}

const UNDELIVERABLE_KEPT = 50;
const ANNOUNCED_KEPT = 100;
/** More than this is left in the journal until there is room. */
export const WAITING_LIMIT = 200;

export const newLedger = (cursor: number): Ledger => ({
  format: 1,
  cursor,
  waiting: [],
  undeliverable: [],
  forgotten: 0,
  sent: { count: 0, lastAt: null },
  windows: {},
  claim: null,
  announced: [],
});

/** Takes a message in, as the rules have decided; one of an open group joins what waits for the end of its window. */
export function take(ledger: Ledger, message: Message, n: number, decision: Decision, now: number): Ledger {
  const { id, news, at, deployment } = message;
  const key = decision.group;
  const until = key === null ? 0 : (ledger.windows[key] ?? 0);
  const grouped = key !== null && until > now;
  const held = grouped || decision.due > now;
  const queue = held ? `held ${key ?? news}` : (deployment ?? id);
  const windows = Object.fromEntries(Object.entries(ledger.windows).filter(([, end]) => end > now));
  if (key !== null && !held) windows[key] = now + decision.groupMs;
  const fresh: Entry = {
    n,
    ...(n === 0 ? { message } : {}),
    id,
    news,
    at,
    queue,
    count: 1,
    failures: 0,
    due: grouped ? Math.max(until, decision.due) : decision.due,
    held,
    reason: null,
  };
  return {
    ...ledger,
    windows,
    waiting: held && key !== null ? join(ledger.waiting, fresh) : [...ledger.waiting, fresh],
  };
}

/** Takes in what is not in the journal, once. */
export function announce(ledger: Ledger, message: Message, decision: Decision, now: number): Ledger {
  if (ledger.announced.includes(message.id)) return ledger;
  const announced = [...ledger.announced, message.id].slice(-ANNOUNCED_KEPT);
  return { ...take(ledger, message, 0, decision, now), announced };
}

/** The latest speaks for all of its group that wait. */
function join(waiting: readonly Entry[], fresh: Entry): readonly Entry[] {
  const earlier = waiting.find(({ queue, held, failures }) => queue === fresh.queue && held && failures === 0);
  if (!earlier) return [...waiting, fresh];
  const joined = { ...fresh, count: earlier.count + 1, due: Math.min(earlier.due, fresh.due) };
  return [...waiting.filter((one) => one !== earlier), joined];
}

/** The one to be sent now: the first of a queue of which anything is due. */
export function nextDue({ waiting }: Ledger, now: number): Entry | null {
  for (const { queue, due } of waiting) {
    if (due <= now) return waiting.find((one) => one.queue === queue) ?? null;
  }
  return null;
}

/** When something is due the next time; null: nothing waits. */
export function nextTime({ waiting }: Ledger): number | null {
  return waiting.length === 0 ? null : Math.min(...waiting.map(({ due }) => due));
}

/** It was accepted: the channel is there again for whatever else waits for it. */
export function accepted(ledger: Ledger, entry: Entry, now: number): Ledger {
  return {
    ...ledger,
    waiting: ledger.waiting
      .filter((one) => one.id !== entry.id)
      .map((one) => (one.failures > 0 ? { ...one, due: Math.min(one.due, now) } : one)),
    sent: { count: ledger.sent.count + 1, lastAt: iso(now) },
  };
}

export interface Refusal {
  readonly reason: string;
  readonly permanent: boolean;
  readonly retryAfterMs: number | null;
  /** From 0 to 1. */
  readonly chance: number;
}

/** Tried again later, by the pace of the youngest of its queue; given up after the last try, or at once when it is for good. */
export function refused(ledger: Ledger, entry: Entry, refusal: Refusal, now: number): Ledger {
  const { reason } = refusal;
  if (refusal.permanent) return giveUp(ledger, [{ ...entry, failures: entry.failures + 1 }], reason, now);
  const queue = ledger.waiting.filter((one) => one.queue === entry.queue);
  const failures = Math.min(...queue.map((one) => one.failures)) + 1;
  const due = now + pauseMs(failures, refusal.chance, refusal.retryAfterMs);
  const waiting = ledger.waiting.map((one) =>
    one.queue === entry.queue ? { ...one, failures: one.failures + 1, due, reason } : one,
  );
  const tired = waiting.filter((one) => one.failures >= TRIES);
  return giveUp({ ...ledger, waiting }, tired, reason, now);
}

export function giveUp(ledger: Ledger, entries: readonly Entry[], reason: string, now: number): Ledger {
  if (entries.length === 0) return ledger;
  const gone = new Set(entries.map(({ id }) => id));
  const all = [...ledger.undeliverable, ...entries.map((entry) => undeliverable(entry, reason, now))];
  return {
    ...ledger,
    waiting: ledger.waiting.filter(({ id }) => !gone.has(id)),
    undeliverable: all.slice(-UNDELIVERABLE_KEPT),
    forgotten: ledger.forgotten + Math.max(0, all.length - UNDELIVERABLE_KEPT),
  };
}

function undeliverable(entry: Entry, reason: string, now: number): Undeliverable {
  const { queue: _queue, due: _due, held: _held, ...kept } = entry;
  return { ...kept, reason, gaveUpAt: iso(now) };
}

/** What was given up, and what waits after a failure, is tried at once. */
export function retryAll(ledger: Ledger, now: number): Ledger {
  const again: Entry[] = ledger.undeliverable.map(({ gaveUpAt: _gaveUpAt, ...one }) => {
    return { ...one, queue: one.id, failures: 0, due: now, held: false, reason: null };
  });
  const waiting = ledger.waiting.map((one) => (one.failures > 0 ? { ...one, failures: 0, due: now } : one));
  return { ...ledger, undeliverable: [], waiting: [...again, ...waiting] };
}

const iso = (ms: number): string => new Date(ms).toISOString();
