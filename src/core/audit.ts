/** Reading the record, and proving that nobody has touched it. Takes no lock and writes nothing. */
import type { EventQuery, Store } from '../stores/store.ts';
import { describeError, isProblem, type Problem } from './errors.ts';
import type { JournalEvent } from './events.ts';
import { type ChainFault, type ChainHead, EMPTY_CHAIN, isFault, verifyChain } from './journal.ts';

const PAGE = 5_000;

export interface ChainVerdict {
  readonly environment: string;
  readonly events: number;
  readonly head: ChainHead;
  readonly fault: ChainFault | null;
}

function orUnreadable(error: unknown): Problem {
  if (isProblem(error, 'STORE_CORRUPT')) return error;
  throw error;
}

export interface VerifyOptions {
  /** Events read at a time. */
  readonly page?: number;
  /** Told how many events were found whole so far; awaited, so that others get a turn. */
  readonly onPage?: (events: number) => Promise<void>;
}

/** Walks the whole chain of an environment, a page at a time, up to the head that the store remembers. */
export async function verifyEnvironment(
  store: Store,
  environment: string,
  { page = PAGE, onPage }: VerifyOptions = {},
): Promise<ChainVerdict> {
  const recorded = await store.head(environment);
  let head = EMPTY_CHAIN;
  let limit = page;
  for (;;) {
    const events = await store.read({ environment, after: head.n, limit }).catch(orUnreadable);
    if (!Array.isArray(events)) {
      if (limit === 1) {
        const fault = { n: head.n + 1, id: null, what: describeError(events) };
        return { environment, events: head.n, head, fault };
      }
      // One by one from here on: the event that cannot be read is to be named.
      limit = 1;
      continue;
    }
    if (events.length === 0) break;
    const result = verifyChain(head, events);
    if (isFault(result)) return { environment, events: head.n, head, fault: result };
    head = result;
    await onPage?.(head.n);
  }
  const cut = head.n < recorded.n || (head.n === recorded.n && head.hash !== recorded.hash);
  const fault = cut
    ? { n: head.n + 1, id: null, what: `events after ${head.n} are missing: the chain ended at ${recorded.n}` }
    : null;
  return { environment, events: head.n, head, fault };
}

/** All events that match, oldest first unless asked otherwise, a page at a time. */
export async function* readEvents(store: Store, query: EventQuery): AsyncGenerator<readonly JournalEvent[]> {
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let after = query.after;
  while (left > 0) {
    const page = await store.read({ ...query, limit: Math.min(PAGE, left), ...(after === undefined ? {} : { after }) });
    if (page.length > 0) yield page;
    left -= page.length;
    if (page.length < PAGE) return;
    after = page.at(-1)?.n;
  }
}
