/** Waits on a state, with a deadline. */
import { setTimeout as delay } from 'node:timers/promises';

type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

export async function until<T>(what: string, look: () => T | Promise<T>, limitMs = 10_000): Promise<Truthy<T>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen as Truthy<T>;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(20);
  }
}
