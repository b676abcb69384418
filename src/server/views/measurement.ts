/** One look at a canary, by each source of evidence, as the charts draw it. */
import type { EventData } from '../../core/events.ts';
import type { Measurement } from '../api/deployments.ts';

/** Evidence beyond this is the same to everybody, and still a number in JSON. */
const MOST = 1e12;
const odds = (log: number): number => Number(Math.min(Math.exp(Math.max(log, 0)), MOST).toPrecision(6));

export function measurementsOf(at: string, data: EventData['analysis.measured']): Measurement[] {
  const { elapsedMs, stage, share, action, why } = data;
  return data.sources.map(({ name, report }) => ({
    at,
    elapsedMs,
    stage,
    share,
    action,
    why,
    source: name,
    verdict: report.verdict,
    canary: { requests: report.canary.requests, errors: report.canary.bad },
    stable: { requests: report.stable.requests, errors: report.stable.bad },
    errorRatio: report.ratio && {
      value: report.ratio.estimate,
      low: report.ratio.low,
      high: report.ratio.high,
    },
    evidence: { value: odds(report.logE), bound: odds(report.bound) },
  }));
}
