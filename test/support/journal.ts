/** Events as a deployment would have written them, put into a store one by one. */
import type { EventData, EventKind, JournalEvent, NewEvent } from '../../src/core/events.ts';
import type { Store } from '../../src/stores/store.ts';

export interface Said<K extends EventKind> {
  readonly kind: K;
  readonly data: EventData[K];
  readonly deployment: string | null;
  readonly environment?: string;
  readonly actor?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Takes the lease for one event; its id is `e-` and its number in the environment. */
export async function writeEvent<K extends EventKind>(
  store: Store,
  said: Said<K>,
): Promise<JournalEvent & { readonly kind: K }> {
  const { kind, data, deployment, environment = 'production', actor = 'mia', at } = said;
  const holder = { user: actor, host: 'here', bootId: 'b', pid: 1, pidStart: '1', tool: 'belay' };
  const { n } = await store.head(environment);
  const lease = await store.leases.acquire(environment, { holder, nonce: `n-${n}`, ttlMs: 60_000 });
  if (!lease.granted) throw new Error('the lease is taken');
  const id = environment === 'production' ? `e-${n + 1}` : `${environment}-${n + 1}`;
  const event = { id, kind, deployment, actor, at: new Date(at).toISOString(), data } as unknown as NewEvent;
  const [written] = await store.append(lease.fence, [event]);
  await store.leases.release(lease.fence);
  return written as JournalEvent & { readonly kind: K };
}

export const opened = (more: Partial<EventData['deployment.opened']> = {}): EventData['deployment.opened'] => ({
  kind: 'deploy',
  format: 1,
  tool: 'belay',
  release: 'r-2',
  source: { commit: 'b'.repeat(40), subject: 'Charge in cents', author: 'Mia' },
  strategy: 'recreate',
  ...more,
});

/** `release` is live on the target `web`. */
export const committed = (release: string, deployment: string): EventData['deployment.committed'] => ({
  release: {
    id: release,
    environment: 'production',
    source: { commit: 'a'.repeat(40), subject: 'Charge' },
    configHash: 'c',
    rollbackClass: 'code-only',
    refs: { web: { id: release, url: 'https://shop.example/' } },
    snapshots: {},
    deployment,
  },
  live: { web: { id: release, url: 'https://shop.example/' } },
});
