/** One channel, one environment: takes in what the journal has that is new, and sends what is due. One process at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../core/errors.ts';
import { DeliveryFailure, type Message, type Notifier, type Route } from '../notifiers/notifier.ts';
import type { Holder, Store } from '../stores/store.ts';
import { type Composing, compose } from './compose.ts';
import {
  accepted,
  type Claim,
  type Entry,
  giveUp,
  type Ledger,
  newLedger,
  nextDue,
  refused,
  take,
  WAITING_LIMIT,
} from './ledger.ts';
import { type Filed, type LedgerName, readLedger, writeLedger } from './ledger-document.ts';
import { NEWS_KINDS } from './news.ts';
import { decide } from './route.ts';

export interface Channel {
  readonly name: string;
  /** Null where it cannot be told: its secret is not here. */
  readonly notifier: Notifier | null;
  /** Why it cannot be told. */
  readonly unavailable: string | null;
  readonly routes: readonly Route[];
}

export interface Delivering extends Composing {
  readonly store: Store;
  /** This process. */
  readonly self: Pick<Holder, 'host' | 'bootId' | 'pid' | 'pidStart'>;
  /** False: certainly dead; null: nobody can tell. */
  readonly isAlive: (process: Pick<Holder, 'host' | 'bootId' | 'pid' | 'pidStart'>) => boolean | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
}

export interface Pass {
  readonly ledger: Ledger;
  /** Somebody else is sending. */
  readonly busy: boolean;
}

const SEND_LIMIT_MS = 10_000;
/** Longer than one sending takes; renewed with each. */
const CLAIM_MS = 20_000;
const READ_AT_ONCE = 200;
/** A channel whose secret is nowhere is told of as undeliverable behind a day. */
const UNAVAILABLE_LIMIT_MS = 86_400_000;
const REASON_LIMIT = 300;

/**
 * A channel that nobody has told anything begins behind event `from` (default: the head of the journal).
 * @throws Problem of the store
 */
export async function deliver(
  delivering: Delivering,
  channel: Channel,
  environment: string,
  signal: AbortSignal,
  from?: number,
): Promise<Pass> {
  const name = { channel: channel.name, environment };
  const filed = await findOrBegin(delivering.store, name, from);
  const { claim } = filed.ledger;
  if (claim && isHeld(delivering, claim)) return { ledger: filed.ledger, busy: true };
  const current = await takeIn(delivering, channel, environment, filed.ledger);
  const taken = channel.notifier === null ? givenUp(current, channel, delivering.now()) : current;
  const mine = channel.notifier !== null && !signal.aborted && nextDue(taken, delivering.now()) !== null;
  if (!mine && !claim && filed.version !== null && isNear(taken, filed.ledger)) return { ledger: taken, busy: false };
  const held = await write(delivering, name, taken, filed.version, mine);
  if (held === null) return { ledger: filed.ledger, busy: true };
  return { ledger: mine ? await sendDue(delivering, channel, name, held, signal) : held.ledger, busy: false };
}

async function findOrBegin(store: Store, name: LedgerName, from: number | undefined): Promise<Filed> {
  const found = await readLedger(store, name);
  if (found) return found;
  return { ledger: newLedger(from ?? (await store.head(name.environment)).n), version: null };
}

/** A claim that lasts impossibly long was made by a clock that has been set back since. */
function isHeld({ now, isAlive }: Delivering, claim: Claim): boolean {
  const left = claim.until - now();
  return left > 0 && left <= 3 * CLAIM_MS && isAlive(claim) !== false;
}

/** Nothing that the next look would not find again, in no time. */
const isNear = (taken: Ledger, before: Ledger): boolean =>
  taken.cursor - before.cursor < READ_AT_ONCE &&
  taken.waiting === before.waiting &&
  taken.undeliverable === before.undeliverable;

/** The claim is written with what it is for. */
function write(delivering: Delivering, name: LedgerName, ledger: Ledger, version: number | null, mine: boolean) {
  const { host, bootId, pid, pidStart } = delivering.self;
  const claim = mine ? { host, bootId, pid, pidStart, until: delivering.now() + CLAIM_MS } : null;
  return writeLedger(delivering.store, name, { ...ledger, claim }, version);
}

async function takeIn(delivering: Delivering, channel: Channel, environment: string, before: Ledger): Promise<Ledger> {
  const { store, now } = delivering;
  const limit = Math.min(READ_AT_ONCE, WAITING_LIMIT - before.waiting.length);
  if (limit <= 0) return before;
  const { n: head } = await store.head(environment);
  if (head <= before.cursor) return before;
  const events = await store.read({ environment, kinds: NEWS_KINDS, after: before.cursor, limit });
  let ledger = before;
  for (const event of events) {
    const message = await compose(delivering, event);
    const decision = message && decide(channel.routes, message, now());
    if (message && decision) ledger = take(ledger, message, event.n, decision, now());
  }
  const last = events.at(-1)?.n ?? before.cursor;
  return { ...ledger, cursor: events.length < limit ? Math.max(head, last) : last };
}

function givenUp(ledger: Ledger, { unavailable }: Channel, now: number): Ledger {
  const old = ledger.waiting.filter(({ at }) => Date.parse(at) < now - UNAVAILABLE_LIMIT_MS);
  return giveUp(ledger, old, unavailable ?? 'it cannot be told', now);
}

/** Each answer is on record before the next message leaves: a kill repeats one message at most. */
async function sendDue(
  delivering: Delivering,
  channel: Channel,
  name: LedgerName,
  claimed: Filed,
  signal: AbortSignal,
): Promise<Ledger> {
  let held = claimed;
  for (;;) {
    const entry = nextDue(held.ledger, delivering.now());
    if (entry === null || signal.aborted) break;
    const next = await sendOne(delivering, channel, name, held.ledger, entry, signal);
    if (next === null) break;
    const more = nextDue(next, delivering.now()) !== null;
    const written = await write(delivering, name, next, held.version, more && !signal.aborted);
    // Somebody took the claim over: what was sent will be sent again, with its id.
    if (written === null) return next;
    held = written;
  }
  if (held.ledger.claim === null) return held.ledger;
  return (await write(delivering, name, held.ledger, held.version, false))?.ledger ?? held.ledger;
}

/** Null when we were told to stop before there was an answer. */
async function sendOne(
  delivering: Delivering,
  { notifier }: Channel,
  { environment }: LedgerName,
  ledger: Ledger,
  entry: Entry,
  signal: AbortSignal,
): Promise<Ledger | null> {
  const message = await messageOf(delivering, environment, entry);
  const { now, chance, clean } = delivering;
  if (message === null || notifier === null) return giveUp(ledger, [entry], 'the journal has it no more', now());
  try {
    await sendWithin(notifier, message, signal);
    return accepted(ledger, entry, now());
  } catch (error) {
    if (signal.aborted) return null;
    const known = error instanceof DeliveryFailure ? error : null;
    const reason = clean(describeError(error)).replaceAll(/\s+/g, ' ').slice(0, REASON_LIMIT);
    const refusal = { reason, permanent: known?.permanent ?? false, retryAfterMs: known?.retryAfterMs ?? null };
    return refused(ledger, entry, { ...refusal, chance: chance() }, now());
  }
}

async function messageOf(delivering: Delivering, environment: string, entry: Entry): Promise<Message | null> {
  const { n, count } = entry;
  if (entry.message) return { ...entry.message, count };
  const [event] = await delivering.store.read({ environment, after: n - 1, limit: 1 });
  const message = event?.n === n ? await compose(delivering, event) : null;
  return message && { ...message, count };
}

/** Whatever the notifier does with the signal, we stop waiting. */
async function sendWithin(notifier: Notifier, message: Message, stop: AbortSignal): Promise<void> {
  const late = new AbortController();
  const signal = AbortSignal.any([stop, late.signal]);
  const ended = new AbortController();
  const limit = delay(SEND_LIMIT_MS, undefined, { signal: AbortSignal.any([stop, ended.signal]), ref: false }).then(
    () => {
      late.abort();
      throw new DeliveryFailure(`${notifier.name} gave no answer within ${SEND_LIMIT_MS / 1_000} s`, {
        permanent: false,
      });
    },
  );
  limit.catch(() => undefined);
  try {
    await Promise.race([notifier.send(message, signal), limit]);
  } finally {
    ended.abort();
  }
}
