/** Takes a split back that nobody watches: whoever drove it may have died, and its users must not stay unjudged. */
import { describeError } from '../core/errors.ts';
import type { SplitGuard } from './protocol.ts';

export interface GuardWatch {
  /** The guard in force from now on, null for none; its clock begins anew. */
  follow(guard: SplitGuard | null): void;
  /** Does the work of somebody who watches: the clock stands still meanwhile, and begins anew afterwards. */
  watched<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

export interface GuardParts {
  /** Whether all traffic may go to the release: one that does not run would lose it. */
  readonly canTake: (release: string) => boolean;
  /** Moves all traffic to its release, and ends the guard. */
  readonly takeBack: (guard: SplitGuard) => Promise<void>;
  readonly say: (line: string) => void;
}

/** When it could not be done: somebody may repair what was in the way. */
const TRY_AGAIN_MS = 1_000;

export function createGuardWatch({ canTake, takeBack, say }: GuardParts): GuardWatch {
  let guard: SplitGuard | null = null;
  let watchers = 0;
  let timer: NodeJS.Timeout | undefined;

  function wait(ms: number, then: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  }

  function begin(): void {
    clearTimeout(timer);
    if (guard && watchers === 0) wait(guard.afterMs, fire);
  }

  function fire(): void {
    if (!guard) return;
    const { release, afterMs } = guard;
    say(`nobody has watched the split for ${afterMs / 1_000} s: all traffic goes back to ${release}`);
    goBack(guard);
  }

  /** A new guard, none, or somebody who watches again ends it. */
  function goBack(its: SplitGuard): void {
    const again = (why: string) => {
      if (guard !== its || watchers > 0) return;
      say(`traffic cannot go back to ${its.release} yet: ${why}`);
      wait(TRY_AGAIN_MS, () => goBack(its));
    };
    if (canTake(its.release)) takeBack(its).catch((error: unknown) => again(describeError(error)));
    else again('it does not run');
  }

  return {
    follow(next) {
      guard = next;
      begin();
    },
    async watched(work) {
      watchers += 1;
      clearTimeout(timer);
      try {
        return await work();
      } finally {
        watchers -= 1;
        begin();
      }
    },
    end() {
      guard = null;
      clearTimeout(timer);
    },
  };
}
