/** Waiting for the next event of the store, or for a time to look anyway. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../stores/store.ts';

export interface Wakeups {
  /** Resolves when something was appended since the last call, when the time is over, or when the signal is aborted. */
  next(ms: number, signal: AbortSignal): Promise<void>;
  end(): Promise<void>;
}

export async function createWakeups(store: Pick<Store, 'changes'>): Promise<Wakeups> {
  let woken = new AbortController();
  // A store that cannot tell now is looked at: slower, never wrong.
  const end = await store.changes?.(() => woken.abort()).catch(() => undefined);
  return {
    async next(ms, signal) {
      await delay(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined);
      woken = new AbortController();
    },
    end: async () => end?.(),
  };
}
