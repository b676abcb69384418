/** The leases of the store in memory, and the tables that its handles share. */
import type { JournalEvent } from '../core/events.ts';
import { type ChainHead, EMPTY_CHAIN } from '../core/journal.ts';
import type { Acquired, Fence, HolderRequest, LeaseRecord, Leases, StoredDocument, ViewRow } from '../stores/store.ts';

export interface MemoryOptions {
  /** Milliseconds since the epoch, for the times in a lease. Default: the machine's clock. */
  readonly now?: () => number;
  /** True for a store whose clock all holders share, as a database server's: it then judges expiry itself. */
  readonly judgesExpiry?: boolean;
}

type StoredLease = Omit<LeaseRecord, 'expired' | 'renewedAt'> & {
  readonly renewedMs: number;
  readonly former: LeaseRecord | null;
};

export interface Tables {
  readonly journals: Map<string, JournalEvent[]>;
  readonly byId: Map<string, JournalEvent>;
  readonly rows: Map<string, ViewRow>;
  /** Version of the folds that wrote the rows; null when they are behind the journal. */
  viewsVersion: number | null;
  readonly leases: Map<string, StoredLease>;
  readonly requests: HolderRequest[];
  readonly documents: Map<string, StoredDocument>;
}

export function headOf(journal: readonly JournalEvent[]): ChainHead {
  const last = journal.at(-1);
  return last ? { n: last.n, hash: last.hash } : EMPTY_CHAIN;
}

export function holds(tables: Tables, fence: Fence): boolean {
  const lease = tables.leases.get(fence.environment);
  return lease !== undefined && lease.holder !== null && lease.token === fence.token && lease.nonce === fence.nonce;
}

export class MemoryLeases implements Leases {
  readonly #tables: Tables;
  readonly #now: () => number;
  readonly #judges: boolean;

  constructor(tables: Tables, options: MemoryOptions) {
    this.#tables = tables;
    this.#now = options.now ?? Date.now;
    this.#judges = options.judgesExpiry ?? false;
  }

  async read(environment: string): Promise<LeaseRecord | null> {
    const lease = this.#tables.leases.get(environment);
    return lease ? this.#record(lease) : null;
  }

  async acquire(environment: string, request: Parameters<Leases['acquire']>[1]): Promise<Acquired> {
    const stored = this.#tables.leases.get(environment);
    const lease = stored ? this.#record(stored) : null;
    const head = headOf(this.#tables.journals.get(environment) ?? []);
    const granted = (token: number, former: LeaseRecord | null): Acquired => {
      return { granted: true, fence: { environment, token, nonce: request.nonce }, former, head };
    };
    // A repeated call whose answer was lost: the lease is already ours.
    if (stored?.holder && stored.nonce === request.nonce) return granted(stored.token, stored.former);
    if (lease?.holder && lease.expired !== true && !standsStill(lease, request.depose))
      return { granted: false, lease };
    const former = lease?.holder ? lease : null;
    const token = (lease?.token ?? 0) + 1;
    const now = this.#now();
    const { nonce, holder, ttlMs } = request;
    const acquiredAt = new Date(now).toISOString();
    const fresh = { environment, token, nonce, holder: { ...holder }, renewSeq: 0, acquiredAt, renewedMs: now, ttlMs };
    this.#tables.leases.set(environment, { ...fresh, former });
    return granted(token, former);
  }

  async renew(fence: Fence): Promise<boolean> {
    return this.#change(fence, (lease) => ({ renewSeq: lease.renewSeq + 1, renewedMs: this.#now() }));
  }

  async release(fence: Fence): Promise<void> {
    this.#change(fence, () => ({ holder: null, former: null }));
  }

  #change(fence: Fence, change: (lease: StoredLease) => Partial<StoredLease>): boolean {
    const lease = this.#tables.leases.get(fence.environment);
    if (!lease || !holds(this.#tables, fence)) return false;
    this.#tables.leases.set(fence.environment, { ...lease, ...change(lease) });
    return true;
  }

  #record(lease: StoredLease): LeaseRecord {
    const { former: _former, renewedMs, ...rest } = lease;
    const expired = this.#judges ? lease.holder !== null && this.#now() > renewedMs + lease.ttlMs : null;
    return { ...rest, renewedAt: new Date(renewedMs).toISOString(), expired };
  }
}

function standsStill(lease: LeaseRecord, depose: Parameters<Leases['acquire']>[1]['depose']): boolean {
  return (
    depose !== undefined &&
    lease.token === depose.token &&
    lease.nonce === depose.nonce &&
    lease.renewSeq === depose.renewSeq
  );
}
