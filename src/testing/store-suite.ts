/** What the tests of the store contract share: the store under test, events, a holder, a small view. */
import type { NewEvent } from '../core/events.ts';
import type { Fence, Holder, Store, Views } from '../stores/store.ts';

/** An empty store of its own, with as many handles on it as a test opens. */
export interface StoreUnderTest {
  /** A new handle, as another process would have it. */
  open(views: Views): Promise<Store>;
  /** Replaces the data of an event behind the store's back, as one who may write to its tables could. */
  tamper(environment: string, n: number, data: string): Promise<void>;
  /** Closes what is open and removes the store. */
  dispose(): Promise<void>;
}

export interface StoreSuite {
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  /** Makes an empty store. */
  readonly open: () => Promise<StoreUnderTest>;
}

export type Declare = (name: string, body: (subject: StoreUnderTest) => Promise<void>) => void;

export const HOLDER: Holder = {
  user: 'mia',
  host: 'laptop',
  bootId: 'boot-1',
  pid: 4711,
  pidStart: '12345',
  tool: 'belay 0.1.0',
  reason: 'release day',
};

/** Folds into `deployments`: how many events each has, and the last reason. */
export const COUNTING_VIEWS: Views = {
  version: 1,
  keys: (event) => (event.deployment === null ? [] : [['deployments', event.deployment]]),
  project(event, read) {
    if (event.deployment === null) return [];
    const before = read('deployments', event.deployment) as { readonly events: number } | undefined;
    const row = { events: (before?.events ?? 0) + 1, last: event.id };
    return [
      { view: 'deployments', environment: event.environment, key: event.deployment, sort: event.deployment, row },
    ];
  },
};

/** An event that says `reason`; its time is `second` seconds after a fixed instant. */
export function paused(
  id: string,
  reason = 'waiting',
  facts: { deployment?: string | null; second?: number } = {},
): NewEvent {
  return {
    id,
    kind: 'deployment.paused',
    deployment: facts.deployment === undefined ? 'd1' : facts.deployment,
    actor: 'mia',
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, facts.second ?? 0)).toISOString(),
    data: { reason },
  };
}

let nonces = 0;

/** A nonce that no other call has given. */
export function nonce(): string {
  nonces += 1;
  return `nonce-${nonces}`;
}

/** @throws Error when somebody holds the lease */
export async function take(store: Store, environment = 'production', ttlMs = 30_000): Promise<Fence> {
  const taken = await store.leases.acquire(environment, { holder: HOLDER, nonce: nonce(), ttlMs });
  if (!taken.granted) throw new Error(`the lease of ${environment} is held by ${taken.lease.nonce}`);
  return taken.fence;
}
