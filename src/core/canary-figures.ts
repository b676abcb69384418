/** Figures of a canary as people read them: ratios with their interval, percent, counts. */
import type { AnalysisReport } from '../analysis/analysis.ts';
import { RATIO_CEILING } from '../analysis/ratio-interval.ts';
import { formatDuration } from '../util/duration.ts';

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const requests = (value: number): string => `${count(value)} request${value === 1 ? '' : 's'}`;

const factor = (ratio: number): string => (ratio < 9.95 ? ratio.toFixed(1) : count(ratio));

/** `4.1x`. */
export const times = (ratio: number): string => `${factor(ratio)}x`;

/** `0.05 %`, `4.9 %`, `25 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value < 1 ? Number(value.toPrecision(1)) : Number(value.toFixed(1))} %`;
}

/** `214 ms`, `2.1 s`. */
export const milliseconds = (ms: number): string =>
  ms < 1_000 ? `${Number(ms.toPrecision(3))} ms` : formatDuration(ms);

/** The scale ends here: what reaches its last point may be anything above. */
const OPEN = RATIO_CEILING * 0.99;

/**
 * `4.1x (2.3 to 7.9)`, `at least 1.7x` while the old release has no error to compare with; null when the interval
 * leaves everything open.
 */
export function ratioText({ ratio }: AnalysisReport): string | null {
  if (ratio === null || (ratio.low === 0 && ratio.high >= OPEN)) return null;
  const low = ratio.low === 0 ? '0' : factor(ratio.low);
  if (ratio.estimate >= OPEN) return `at least ${low}x`;
  return `${times(ratio.estimate)} (${ratio.high >= OPEN ? `${low} or more` : `${low} to ${factor(ratio.high)}`})`;
}

/** `errors 4.1x (2.3 to 7.9) the old release's`, or why there is nothing to say. */
export function comparison(report: AnalysisReport): string {
  const ratio = ratioText(report);
  if (ratio !== null) return `errors ${ratio} the old release's`;
  return report.canary.bad + report.stable.bad === 0 ? 'no request failed' : 'too few errors to compare';
}

/** Two leading digits, downwards: a promise must not be rounded up. */
export function roundedDown(value: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return count(Math.floor(value / unit) * unit);
}
