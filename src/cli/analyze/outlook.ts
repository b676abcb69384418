/** What would settle a rollout that ended without an answer. */
import type { AnalysisReport } from '../../analysis/analysis.ts';
import { trafficOf } from '../../analysis/outlook.ts';
import { expectedPromotion, sufficientShare } from '../../analysis/planning.ts';
import { percent, requests } from '../../core/canary-figures.ts';
import { formatDuration } from '../../util/duration.ts';

/**
 * In words; null where it cannot be known.
 * @param report at the end of the rollout
 */
export function settledBy(
  report: AnalysisReport,
  { promoteBelow, alpha, beta }: { readonly promoteBelow: number; readonly alpha: number; readonly beta: number },
): string | null {
  const traffic = trafficOf(report);
  if (traffic === null) return null;
  const needed = expectedPromotion(traffic, promoteBelow, beta);
  const seen = report.canary.requests;
  if (needed.canaryRequests <= seen)
    return 'more requests: it lies between what is good and what is bad, and as many again would tell more';
  const more = (needed.canaryRequests - seen) / (traffic.ratePerSecond * traffic.share);
  const wider = sufficientShare(traffic, promoteBelow, report.t, alpha);
  const longer = `about ${requests(needed.canaryRequests)} to the new release in all, ${formatDuration(more * 1_000)} more at this share`;
  return wider !== null && wider > traffic.share
    ? `${longer}; or a share of ${percent(wider)} for as long as it was`
    : longer;
}
