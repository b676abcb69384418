/**
 * The hash chain. One chain per environment; each event carries the hash of the one before, so
 * that a changed, removed or reordered event is found with its number (guarantee G18).
 */
import { hash as digest } from 'node:crypto';
import type { JournalEvent, NewEvent } from './events.ts';

/** The hash before the first event of an environment. */
export const GENESIS = '0'.repeat(64);

export interface ChainHead {
  readonly n: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { n: 0, hash: GENESIS };

/** JSON with sorted keys: equal values give equal text, so their hash can be compared (RFC 8785 in spirit). */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** Sorted before it is written: half the time of a replacer, which is called for each value. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return sorted(toJSON.call(value));
  const record = value as Readonly<Record<string, unknown>>;
  // Without a prototype, so that no key is anything but a key.
  const copy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(record).sort()) copy[key] = sorted(record[key]);
  return copy;
}

export function hashOf(value: unknown): string {
  return digest('sha256', canonical(value));
}

type Unhashed = Omit<JournalEvent, 'hash'>;

/** SHA-256 over every field but the hash itself. */
export function hashEvent(event: Unhashed): string {
  const fields = [
    event.prevHash,
    event.environment,
    event.n,
    event.id,
    event.deployment ?? '',
    event.kind,
    event.actor,
    event.at,
    event.token,
    canonical(event.data),
  ];
  return digest('sha256', fields.map((field) => `${Buffer.byteLength(String(field))}:${field}`).join(','));
}

/** Puts new events behind `head`: numbered, linked and hashed. */
export function seal(environment: string, token: number, head: ChainHead, events: readonly NewEvent[]): JournalEvent[] {
  let { n, hash } = head;
  return events.map((event) => {
    const unhashed = { ...event, environment, token, n: n + 1, prevHash: hash } as Unhashed;
    n += 1;
    hash = hashEvent(unhashed);
    return Object.assign(unhashed, { hash }) as JournalEvent;
  });
}

export interface ChainFault {
  readonly n: number;
  readonly id: string | null;
  readonly what: string;
}

/**
 * Checks consecutive events of one environment, oldest first. Returns the first fault, or the new
 * head to go on from with the next page.
 */
export function verifyChain(head: ChainHead, events: readonly JournalEvent[]): ChainFault | ChainHead {
  let { n, hash } = head;
  for (const event of events) {
    if (event.n !== n + 1) {
      return { n: n + 1, id: null, what: `event ${n + 1} is missing (found ${event.n} after ${n})` };
    }
    if (event.prevHash !== hash) {
      return { n: event.n, id: event.id, what: `event ${event.n} does not follow the one before it` };
    }
    if (hashEvent(event) !== event.hash) {
      return { n: event.n, id: event.id, what: `event ${event.n} (${event.kind}) was changed after it was written` };
    }
    n = event.n;
    hash = event.hash;
  }
  return { n, hash };
}

export function isFault(result: ChainFault | ChainHead): result is ChainFault {
  return 'what' in result;
}
