/**
 * The store contract: an append-only journal, a lease, views, and requests to the holder.
 *
 * Everything is asynchronous, atomic and durable when its promise resolves. A store judges
 * authority inside the transaction that writes: by equality of token and nonce, never by time.
 */
import type { ChainHead } from '../core/journal.ts';
import type { EventKind, JournalEvent, NewEvent } from '../core/events.ts';
import type { Json } from '../core/release.ts';

/** Proof of the lease. Tokens only rise, but a store that lost writes may repeat one: hence the nonce. */
export interface Fence {
  readonly environment: string;
  readonly token: number;
  readonly nonce: string;
}

/** Who holds a lease; shown to people, and used to see whether the process still lives. No secrets. */
export interface Holder {
  readonly user: string;
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  /** Start time of the process in the kernel's own unit, so that a reused pid is not mistaken for it. */
  readonly pidStart: string;
  readonly tool: string;
  readonly deployment?: string;
  readonly reason?: string;
  /** Link to the CI run, where there is one. */
  readonly ci?: string;
}

export interface LeaseRecord {
  readonly environment: string;
  readonly token: number;
  readonly nonce: string;
  /** Null when free. The row stays: tokens go on rising. */
  readonly holder: Holder | null;
  readonly renewSeq: number;
  readonly acquiredAt: string;
  readonly renewedAt: string;
  readonly ttlMs: number;
  /** True or false by the store's own clock; null where the store has none that all holders share. */
  readonly expired: boolean | null;
}

/** The heartbeat that a challenger has watched standing still. */
export type Standstill = Pick<LeaseRecord, 'token' | 'nonce' | 'renewSeq'>;

export type Acquired =
  | { readonly granted: true; readonly fence: Fence; readonly former: LeaseRecord | null; readonly head: ChainHead }
  | { readonly granted: false; readonly lease: LeaseRecord };

export interface Leases {
  read(environment: string): Promise<LeaseRecord | null>;
  /**
   * Takes the lease when it is free, expired by the store's clock, or still exactly at `depose`.
   * `former` is the record of a holder that did not release.
   */
  acquire(
    environment: string,
    request: { holder: Holder; nonce: string; ttlMs: number; depose?: Standstill },
  ): Promise<Acquired>;
  /** False when the lease is no longer ours. */
  renew(fence: Fence): Promise<boolean>;
  /** Idempotent; a lease that is no longer ours is left alone. */
  release(fence: Fence): Promise<void>;
}

/** What somebody asks of the running deployment: it reads this at its next safe point. */
export interface HolderRequest {
  readonly id: string;
  readonly environment: string;
  readonly deployment: string;
  readonly kind: 'abort' | 'pause' | 'resume' | 'advance' | 'promote';
  readonly by: string;
  readonly reason: string;
}

export interface EventQuery {
  readonly environment?: string;
  readonly deployment?: string;
  readonly kinds?: readonly EventKind[];
  readonly actor?: string;
  /** ISO times, compared with the writer's clock. */
  readonly since?: string;
  readonly until?: string;
  /** Only events of the environment behind this number (before it, when newest first). */
  readonly after?: number;
  readonly newestFirst?: boolean;
  readonly limit?: number;
}

export type ViewName = 'environments' | 'deployments' | 'releases' | 'snapshots';

/** A row of a view: the folded JSON, kept by `key`, listed by `sort` (newest first). */
export interface ViewRow {
  readonly view: ViewName;
  readonly environment: string;
  readonly key: string;
  readonly sort: string;
  readonly row: unknown;
}

export interface ViewQuery {
  readonly environment?: string;
  readonly key?: string;
  /** Rows that sort strictly before this one. */
  readonly before?: string;
  /** Rows of `deployments` whose JSON has this `outcome`; other views have none. */
  readonly outcome?: string;
  /** Rows of `deployments` whose JSON has this `actor`; other views have none. */
  readonly actor?: string;
  readonly limit?: number;
}

/**
 * How events change views; given to the store when it is opened and applied in the transaction of
 * the append. `read` sees the rows as the events before left them.
 */
export type Projection = (event: JournalEvent, read: (view: ViewName, key: string) => unknown) => readonly ViewRow[];

/** The view rows that an event may read, so that a store can fetch them before it projects. */
export type ProjectionKeys = (event: NewEvent, environment: string) => readonly (readonly [ViewName, string])[];

export interface Views {
  /**
   * Raised with every change of rows or folds: a store whose rows are older folds them again from the journal when it
   * is opened. Null leaves the rows alone, whatever wrote them.
   */
  readonly version: number | null;
  readonly keys: ProjectionKeys;
  readonly project: Projection;
}

/** What releases need to come back, kept where every machine that deploys finds it. Names are paths of our own. */
export interface Artefacts {
  /** Whole or not at all; a name that exists is written over. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | null>;
  /** Names that begin so, oldest first. */
  list(prefix: string): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

export interface StoredDocument {
  readonly name: string;
  readonly value: Json;
  /** Counts from 1; another one after every write. */
  readonly version: number;
}

/**
 * Small JSON documents beside the journal, shared by all machines: how far each channel was told, who may sign in.
 * Never part of the record: what happened stands in the journal alone. No secrets.
 */
export interface Documents {
  read(name: string): Promise<StoredDocument | null>;
  /** Those whose names begin so, by name. */
  list(prefix: string): Promise<readonly StoredDocument[]>;
  /** Only where the version is still `expected` (null: there is none yet). False when somebody else was faster. */
  write(name: string, value: Json, expected: number | null): Promise<boolean>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
}

export interface Store {
  readonly kind: string;
  /** Where it is, without secrets. */
  readonly where: string;
  /**
   * Seals and writes the events behind the head of the fence's environment, and projects them, in one transaction.
   * Idempotent by event id. @throws Problem FENCED, STORE_FULL, STORE_UNREACHABLE (retry `later`)
   */
  append(fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]>;
  read(query: EventQuery): Promise<readonly JournalEvent[]>;
  head(environment: string): Promise<ChainHead>;
  view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]>;
  readonly leases: Leases;
  ask(request: HolderRequest): Promise<void>;
  /** Requests for a deployment, oldest first. */
  asked(environment: string, deployment: string): Promise<readonly HolderRequest[]>;
  /** Absent in a store that is a file of one machine: a folder of that machine does. */
  readonly artefacts?: Artefacts;
  readonly documents: Documents;
  /**
   * Calls `told` soon after anybody has appended; it may tell too often, or never while the connection is away, so that
   * whoever listens looks now and then as well. Absent where looking is all that there is.
   */
  readonly changes?: (told: () => void) => Promise<() => Promise<void>>;
  close(): Promise<void>;
}
