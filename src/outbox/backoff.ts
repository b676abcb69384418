/** How long to wait before a message is tried again, and when to give up. Pure; chance is passed in. */

const STEPS_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000] as const;

/** Failures after which a message is undeliverable: the first try, and one behind each pause. */
export const TRIES = STEPS_MS.length + 1;

/**
 * Full jitter: anything up to the step of this failure, so that many who were refused together do not come back together.
 * @param failures 1 after the first
 * @param chance from 0 to 1
 */
export function pauseMs(failures: number, chance: number, retryAfterMs: number | null): number {
  const step = STEPS_MS[Math.min(failures, STEPS_MS.length) - 1] ?? STEPS_MS[0];
  return Math.max(Math.round(step * chance), Math.min(retryAfterMs ?? 0, 86_400_000));
}
