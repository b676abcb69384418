/** A store in memory: the contract's twin for tests and simulations. Nothing survives the process. */
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { type ChainHead, seal } from '../core/journal.ts';
import { Problem } from '../core/errors.ts';
import type {
  Documents,
  EventQuery,
  Fence,
  HolderRequest,
  Leases,
  Store,
  ViewName,
  ViewQuery,
  ViewRow,
  Views,
} from '../stores/store.ts';
import { memoryDocuments } from './memory-documents.ts';
import { headOf, holds, MemoryLeases, type MemoryOptions, type Tables } from './memory-leases.ts';

export type { MemoryOptions } from './memory-leases.ts';

/** What several handles share, as processes share a file or a server. */
export interface MemoryPlace {
  /** @throws Problem FORMAT_NEWER */
  open(views: Views): Store;
  /** Replaces the data of an event behind the store's back; `data` is JSON text. */
  tamper(environment: string, n: number, data: string): void;
}

export function memoryPlace(options: MemoryOptions = {}): MemoryPlace {
  const tables: Tables = {
    journals: new Map(),
    byId: new Map(),
    rows: new Map(),
    viewsVersion: null,
    leases: new Map(),
    requests: [],
    documents: new Map(),
  };
  return {
    open(views) {
      refresh(tables, views);
      return new MemoryStore(tables, views, options);
    },
    tamper(environment, n, data) {
      const journal = tables.journals.get(environment);
      const event = journal?.[n - 1];
      if (!journal || !event) throw new Error(`${environment} has no event ${n}`);
      journal[n - 1] = { ...event, data: JSON.parse(data) as never };
    },
  };
}

/** A store that nobody shares. */
export function memoryStore(views: Views, options: MemoryOptions = {}): Store {
  return memoryPlace(options).open(views);
}

const rowKey = (view: string, environment: string, key: string): string => `${view}\0${environment}\0${key}`;

/** What comes back from a real store is a copy, without what JSON cannot say. */
function copy<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : copy(item))) as T;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) result[key] = copy<unknown>(item);
  return result as T;
}

function fenced(environment: string): Problem {
  return new Problem('FENCED', `This process no longer holds the lease of ${environment}`, {
    why: 'another process took it over; nothing was written',
    next: `belay status --env ${environment}`,
  });
}

/** The rows that the events leave behind, kept nowhere yet. */
function fold({ rows }: Tables, views: Views, events: readonly JournalEvent[]): readonly ViewRow[] {
  const changed = new Map<string, ViewRow>();
  // A store that must ask its database knows only what `keys` has named, so neither does this one.
  const named = new Set(
    events.flatMap((event) =>
      views.keys(event, event.environment).map(([view, key]) => rowKey(view, event.environment, key)),
    ),
  );
  for (const event of events) {
    const read = (view: ViewName, key: string): unknown => {
      const id = rowKey(view, event.environment, key);
      return (changed.get(id) ?? (named.has(id) ? rows.get(id) : undefined))?.row;
    };
    for (const row of views.project(event, read)) changed.set(rowKey(row.view, row.environment, row.key), row);
  }
  return [...changed.values()];
}

function keep({ rows }: Tables, changed: readonly ViewRow[]): void {
  for (const row of changed) rows.set(rowKey(row.view, row.environment, row.key), row);
}

/** Folds the rows again where another version wrote them. @throws Problem FORMAT_NEWER */
function refresh(tables: Tables, views: Views): void {
  const recorded = tables.viewsVersion ?? 0;
  if (views.version === null || views.version === recorded) return;
  if (recorded > views.version) {
    throw new Problem('FORMAT_NEWER', 'The store in memory was written by a newer Belay', {
      why: `the version of its views is ${recorded}; this version knows up to ${views.version}`,
      next: 'npm install --global belayctl@latest',
      retry: 'after-change',
    });
  }
  tables.rows.clear();
  for (const events of tables.journals.values()) keep(tables, fold(tables, views, events));
  tables.viewsVersion = views.version;
}

class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly where = 'memory';
  readonly leases: Leases;
  readonly documents: Documents;
  readonly #tables: Tables;
  readonly #views: Views;

  constructor(tables: Tables, views: Views, options: MemoryOptions) {
    this.#tables = tables;
    this.#views = views;
    this.leases = new MemoryLeases(tables, options);
    this.documents = memoryDocuments(tables.documents);
  }

  async append(fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const { byId, journals } = this.#tables;
    const { environment } = fence;
    if (!holds(this.#tables, fence)) throw fenced(environment);
    const fresh: NewEvent[] = [];
    const ids = new Set<string>();
    for (const event of events) {
      const known = byId.get(event.id);
      if (known && (known.environment !== environment || known.kind !== event.kind)) {
        throw new Error(`event id ${event.id} is already used by ${known.kind} of ${known.environment}`);
      }
      if (!known && !ids.has(event.id)) fresh.push(copy(event));
      ids.add(event.id);
    }
    const journal = journals.get(environment) ?? [];
    const sealed = seal(environment, fence.token, headOf(journal), fresh);
    // Nothing is kept before everything is known to work: a projection that throws leaves no trace.
    const folded = this.#views.version !== null && this.#views.version === this.#tables.viewsVersion;
    const changed = folded ? fold(this.#tables, this.#views, sealed) : [];
    journal.push(...sealed);
    journals.set(environment, journal);
    for (const event of sealed) byId.set(event.id, event);
    keep(this.#tables, changed);
    if (!folded && sealed.length > 0) this.#tables.viewsVersion = null;
    return events.flatMap((event) => byId.get(event.id) ?? []);
  }

  async read(query: EventQuery): Promise<readonly JournalEvent[]> {
    const { journals } = this.#tables;
    const from =
      query.environment === undefined ? [...journals.values()].flat() : (journals.get(query.environment) ?? []);
    const found = from.filter((event) => matches(event, query));
    const alone = query.environment !== undefined || query.deployment !== undefined;
    if (!alone) found.sort((a, b) => compare(a.at, b.at) || compare(a.environment, b.environment) || a.n - b.n);
    if (query.newestFirst) found.reverse();
    return found.slice(0, query.limit ?? found.length);
  }

  async head(environment: string): Promise<ChainHead> {
    return headOf(this.#tables.journals.get(environment) ?? []);
  }

  async view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]> {
    const { environment, key, before, outcome, actor } = query;
    const has = (row: ViewRow, name: 'outcome' | 'actor', value: string | undefined) =>
      value === undefined ||
      (view === 'deployments' && (row.row as Partial<Record<typeof name, unknown>>)[name] === value);
    const found = [...this.#tables.rows.values()].filter(
      (row) =>
        row.view === view &&
        (environment === undefined || row.environment === environment) &&
        (key === undefined || row.key === key) &&
        (before === undefined || row.sort < before) &&
        has(row, 'outcome', outcome) &&
        has(row, 'actor', actor),
    );
    return found.sort((a, b) => compare(b.sort, a.sort)).slice(0, query.limit ?? found.length);
  }

  async ask(request: HolderRequest): Promise<void> {
    const { requests } = this.#tables;
    if (!requests.some((one) => one.id === request.id)) requests.push({ ...request });
  }

  async asked(environment: string, deployment: string): Promise<readonly HolderRequest[]> {
    return this.#tables.requests.filter((one) => one.environment === environment && one.deployment === deployment);
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function matches(event: JournalEvent, query: EventQuery): boolean {
  const { deployment, kinds, actor, since, until, after } = query;
  return (
    (deployment === undefined || event.deployment === deployment) &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    (actor === undefined || event.actor === actor) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until) &&
    (after === undefined || (query.newestFirst ? event.n < after : event.n > after))
  );
}
