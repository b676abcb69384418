/**
 * After a canary's commit there is no old release to compare with, and a cause outside looks like one inside: a rise
 * of errors is told to people, and nothing is taken back for it.
 */
import { createChangeDetector } from '../../analysis/change-detector.ts';
import type { CanaryPlan } from '../../strategies/canary.ts';
import type { Sample } from '../../strategies/triggers.ts';
import { formatShare } from '../../util/share.ts';

/** Errors vary over a day without anything being wrong. */
const STILL_NORMAL = 1.5;
/** Where hardly anything failed before, a few failures are no change. */
const LOWEST_RATE = 0.001;
const ONCE_IN_SECONDS = 30 * 86_400;

/** Hand in every sample, oldest first; what comes out is to be told once. */
export function createAlarms(canary: CanaryPlan | null | undefined): (sample: Sample) => readonly string[] {
  const watched = Object.entries(canary?.baselines ?? {}).map(([target, { errorRate }]) => {
    const normalRate = Math.max((errorRate ?? 0) * STILL_NORMAL, LOWEST_RATE);
    const detector = createChangeDetector({ normalRate, secondsBetweenFalseAlarms: ONCE_IN_SECONDS });
    return { target, normalRate, detector, seen: null as { requests: number; errors: number } | null, told: false };
  });
  return ({ at, evidence }) =>
    watched.flatMap((one) => {
      const now = evidence[one.target];
      if (!now) return [];
      const requests = Math.max(0, now.requests - (one.seen?.requests ?? now.requests));
      const bad = Math.min(requests, Math.max(0, now.errors - (one.seen?.errors ?? now.errors)));
      one.seen = now;
      one.detector.count({ t: at / 1_000, requests, bad });
      if (one.told || one.detector.report().alarmAt === null) return [];
      one.told = true;
      return [`errors of ${one.target} have risen above ${formatShare(one.normalRate)}, what was normal before`];
    });
}
