/** Time that passes as fast as the work allows: a wait ends at once, at the moment at which it would have ended. */
import type { Clock } from './clock.ts';

export interface VirtualClock extends Clock {
  /** Forward to a moment in milliseconds since 1970; what lies behind stays there. */
  jumpTo(at: number): void;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/**
 * Begins at a moment in milliseconds since 1970. Waits end one after the other, whenever nothing else is left to do in this
 * turn of the event loop: work that waits for the world outside (a program, the network) would be waited past.
 */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let turning = false;
  const sleepers = new Set<Sleeper>();
  const turn = (): void => {
    turning = false;
    const [first, ...others] = sleepers;
    if (!first) return;
    const next = others.reduce((least, one) => (one.until < least.until ? one : least), first);
    now = Math.max(now, next.until);
    next.wake();
    goOn();
  };
  const goOn = (): void => {
    if (turning || sleepers.size === 0) return;
    turning = true;
    setImmediate(turn);
  };
  return {
    now: () => now,
    wall: () => new Date(now),
    jumpTo(at) {
      now = Math.max(now, at);
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { until: now + Math.max(0, ms), wake };
        if (signal?.aborted) return resolve();
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
        goOn();
      });
    },
  };
}
