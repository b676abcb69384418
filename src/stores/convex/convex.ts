/** The store in Belay's own Convex component: for several machines and CI, without a database of one's own. */
import type { JournalEvent, NewEvent } from '../../core/events.ts';
import type { ChainHead } from '../../core/journal.ts';
import { addressOf, type ConvexAccess } from '../../platforms/convex/deployment.ts';
import { type Clean, cleanEvents, HeadMemory, KEEP } from '../append.ts';
import { newerFormat } from '../format.ts';
import type { EventQuery, Fence, HolderRequest, Store, ViewName, ViewQuery, ViewRow, Views } from '../store.ts';
import { type Appending, appendTo } from './appending.ts';
import { convexArtefacts } from './convex-artefacts.ts';
import { convexDocuments } from './convex-documents.ts';
import { componentCalls, type ComponentCalls } from './component-calls.ts';
import { convexLeases } from './convex-leases.ts';
import type { Known } from './known.ts';
import { readEvents, readRows } from './pages.ts';
import { componentOlder } from './problems.ts';
import { refreshViews } from './rebuild.ts';

export interface ConvexStoreOptions {
  readonly access: ConvexAccess;
  readonly views: Views;
  /** Hides secret values in everything that is written. */
  readonly clean?: Clean;
  /** Longest time for one call, in milliseconds; ten seconds by default, a third of a lease. */
  readonly limitMs?: number;
}

/** What the component must speak. */
const FORMAT = 2;

/**
 * Opens the store. Never makes it: the component comes with a push of the application (`belay store init`).
 * @throws Problem STORE_REFUSED (key, no component, an old one), STORE_UNREACHABLE, FORMAT_NEWER
 */
export async function openConvex(options: ConvexStoreOptions): Promise<Store> {
  const calls = componentCalls(await addressOf(options.access), options.limitMs);
  await requireComponent(calls);
  await refreshViews(calls, (query) => readEvents(calls, query), options.views);
  return new ConvexStore(calls, options.views, options.clean ?? KEEP);
}

/** @throws Problem STORE_REFUSED, FORMAT_NEWER */
export async function requireComponent(calls: ComponentCalls): Promise<void> {
  const { format } = await calls.call<{ readonly format: number }>('store:describe', {});
  if (format > FORMAT) throw newerFormat(calls.where, 'format of its component', format, FORMAT);
  if (format < FORMAT) throw componentOlder(calls.where, format, FORMAT);
}

class ConvexStore implements Store {
  readonly kind = 'convex';
  readonly where: string;
  readonly leases: Store['leases'];
  readonly artefacts: NonNullable<Store['artefacts']>;
  readonly documents: Store['documents'];
  readonly #calls: ComponentCalls;
  readonly #clean: Clean;
  readonly #heads = new HeadMemory();
  readonly #appending: Appending;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(calls: ComponentCalls, views: Views, clean: Clean) {
    this.where = calls.where;
    this.#calls = calls;
    this.#clean = clean;
    this.leases = convexLeases(calls, clean);
    this.artefacts = convexArtefacts(calls);
    this.documents = convexDocuments(calls);
    const known = new Map<string, Known>();
    this.#appending = { calls, views, heads: this.#heads, known, read: (query) => this.read(query) };
  }

  async append(fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const cleaned = cleanEvents(events, this.#clean);
    // One after the other: two of our own would only make each other start again.
    const mine = this.#turn.then(() => appendTo(this.#appending, fence, cleaned));
    this.#turn = mine.catch(() => undefined);
    const written = await mine;
    const last = written.at(-1);
    if (last) this.#heads.remember(fence.environment, { n: last.n, hash: last.hash });
    return written;
  }

  read(query: EventQuery): Promise<readonly JournalEvent[]> {
    return readEvents(this.#calls, query);
  }

  head(environment: string): Promise<ChainHead> {
    return this.#calls.call('journal:head', { environment });
  }

  view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]> {
    return readRows(this.#calls, view, query);
  }

  async ask(request: HolderRequest): Promise<void> {
    const { id, environment, deployment, kind } = request;
    const [by, reason] = [this.#clean(request.by), this.#clean(request.reason)];
    await this.#calls.call('requests:ask', { id, environment, deployment, kind, by, reason });
  }

  asked(environment: string, deployment: string): Promise<readonly HolderRequest[]> {
    return this.#calls.call('requests:asked', { environment, deployment });
  }

  async close(): Promise<void> {
    await this.#turn;
  }
}
