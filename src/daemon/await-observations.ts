/** A long poll for observations: answers when there are any, so that a reader neither spins nor lags. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Observations, Router } from '../routers/router.ts';

export interface Wait {
  readonly after: string | null;
  readonly waitMs: number;
  /** Aborted when the application ends: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

/** Requests that end within this time travel together. */
const TOGETHER_MS = 20;
const LONGEST_MS = 60_000;

export async function awaitObservations(router: () => Router, { after, waitMs, signal }: Wait): Promise<Observations> {
  const deadline = performance.now() + Math.min(waitMs, LONGEST_MS);
  let seen = await router().observations(after);
  while (seen.items.length === 0 && seen.missed === 0 && !seen.restarted) {
    const left = deadline - performance.now();
    if (left <= 0 || signal.aborted) return seen;
    await delay(Math.min(TOGETHER_MS, left));
    seen = await router().observations(seen.next);
  }
  return seen;
}
