/** A limit of time that holds also for work that does not listen to its signal. */
import type { Clock } from '../util/clock.ts';
import { Problem } from './errors.ts';

/** How long work may go on after its signal was aborted, before we stop listening to it. */
const GRACE_MS = 15_000;

export interface TimeLimit {
  /** Aborted when the time is up, or with any of the signals that were handed in. */
  readonly signal: AbortSignal;
  /**
   * The work's own answer, or `timeUp` when it neither ends in time nor obeys the signal. May be called for several
   * pieces of work: they share the one limit.
   */
  within<T>(work: Promise<T>): Promise<T>;
  /** To be called when the work has ended. */
  end(): void;
}

/** @param timeUp what is thrown when the time is up, in the words of whoever waits */
export function startTimeLimit(
  clock: Clock,
  { limitMs, timeUp, stop }: { limitMs: number; timeUp: Problem; stop: readonly AbortSignal[] },
): TimeLimit {
  const over = new AbortController();
  const cut = new AbortController();
  const signal = AbortSignal.any([cut.signal, ...stop]);
  const after = (ms: number, then: () => void) =>
    void clock.sleep(ms, over.signal).then(() => {
      if (!over.signal.aborted) then();
    });
  after(limitMs, () => cut.abort(timeUp));
  let unheeded: Promise<never> | undefined;
  const deaf = (): Promise<never> =>
    (unheeded ??= new Promise((_resolve, reject) => {
      const wait = () => after(GRACE_MS, () => reject(timeUp));
      if (signal.aborted) wait();
      else signal.addEventListener('abort', wait, { once: true });
    }));
  return {
    signal,
    end: () => over.abort(),
    async within(work) {
      try {
        return await Promise.race([work, deaf()]);
      } catch (error) {
        // What was cut off says so in its own words; the reason is ours.
        if (cut.signal.aborted && !(error instanceof Problem && error.code === 'TIMEOUT')) throw timeUp;
        throw error;
      }
    },
  };
}
