/** The changes that clients have asked for: a daemon that ends lets those under way finish, and takes no new ones. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../core/errors.ts';

export interface Changes {
  /** @throws Problem TARGET_UNREACHABLE when the daemon ends, and whatever the work throws */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Takes no more; resolves when none is under way any more, after `limitMs` at the latest. */
  end(limitMs: number): Promise<void>;
}

export function createChanges(): Changes {
  const underWay = new Set<Promise<unknown>>();
  let ending = false;
  return {
    async take(work) {
      if (ending) throw stopping();
      // It may refuse before it begins.
      const its = Promise.resolve().then(work);
      underWay.add(its);
      try {
        return await its;
      } finally {
        underWay.delete(its);
      }
    },
    async end(limitMs) {
      ending = true;
      const late = new AbortController();
      await Promise.race([
        Promise.allSettled(underWay),
        delay(limitMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
    },
  };
}

export function stopping(): Problem {
  return new Problem('TARGET_UNREACHABLE', 'The belay daemon is stopping', { next: 'belay status', retry: 'later' });
}
