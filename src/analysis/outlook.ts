/** What a rollout could have seen, from what it has seen. */
import type { AnalysisReport } from './analysis.ts';
import { detectableRatio, type Traffic } from './planning.ts';

/** With half an error too many, so that a release without any has a rate too; null before both releases have requests. */
export function trafficOf({ canary, stable, t }: AnalysisReport): Traffic | null {
  const total = canary.requests + stable.requests;
  if (canary.requests === 0 || stable.requests === 0) return null;
  return {
    share: canary.requests / total,
    ratePerSecond: t > 0 ? total / t : total,
    errorRate: Math.min(0.5, (stable.bad + 0.5) / (stable.requests + 1)),
  };
}

/** The smallest ratio of error rates that nine in ten such rollouts would have found; null: none. */
export function detectableIn(report: AnalysisReport): number | null {
  const traffic = trafficOf(report);
  return traffic && detectableRatio(traffic, report.canary.requests, Math.exp(-report.bound));
}
