/** A store that is away for a moment (a restart, another program's lock) is asked again before a command gives up. */
import { setTimeout as delay } from 'node:timers/promises';
import { isProblem } from '../core/errors.ts';
import type { Store } from './store.ts';

export interface Patience {
  /** Longest time from the first failure on, in milliseconds. */
  readonly limitMs: number;
  /** Told once for each time that the store is away. */
  readonly say: (text: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 2_000;

/** Runs `work` again while it fails with a problem that may pass. @throws what the last attempt threw */
export async function patiently<T>(work: () => Promise<T>, { limitMs, say, signal }: Patience): Promise<T> {
  let until: number | null = null;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isProblem(error) || error.retry !== 'later' || signal.aborted) throw error;
      if (until === null) say(`${error.message}; trying again`);
      until ??= performance.now() + limitMs;
      if (performance.now() + wait > until) throw error;
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * The store, patient wherever asking twice changes nothing: reading, and taking a lease (known by its nonce).
 * Appends and renewals are left alone: how long those may take is the lease's business.
 */
export function patientStore(store: Store, patience: Patience): Store {
  const { leases } = store;
  return {
    kind: store.kind,
    where: store.where,
    append: (fence, events) => store.append(fence, events),
    read: (query) => patiently(() => store.read(query), patience),
    head: (environment) => patiently(() => store.head(environment), patience),
    view: (view, query) => patiently(() => store.view(view, query), patience),
    leases: {
      read: (environment) => patiently(() => leases.read(environment), patience),
      acquire: (environment, request) => patiently(() => leases.acquire(environment, request), patience),
      renew: (fence) => leases.renew(fence),
      release: (fence) => leases.release(fence),
    },
    ask: (request) => store.ask(request),
    asked: (environment, deployment) => store.asked(environment, deployment),
    documents: {
      read: (name) => patiently(() => store.documents.read(name), patience),
      list: (prefix) => patiently(() => store.documents.list(prefix), patience),
      write: (name, value, expected) => store.documents.write(name, value, expected),
      remove: (name) => patiently(() => store.documents.remove(name), patience),
    },
    ...(store.changes ? { changes: store.changes } : {}),
    ...(store.artefacts ? { artefacts: store.artefacts } : {}),
    close: () => store.close(),
  };
}
