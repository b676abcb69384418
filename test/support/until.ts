/** Waiting for a state with a deadline, instead of sleeping and hoping. */
import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 25;

/** The first truthy answer of `look`. @throws Error with `what` when there was none in time */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs: number = LIMIT_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
