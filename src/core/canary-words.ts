/** A canary in the words that a person reads, wherever they stand: terminal, record, `belay analyze`. */
import type { AnalysisReport } from '../analysis/analysis.ts';
import { detectableIn } from '../analysis/outlook.ts';
import { expectedDetection } from '../analysis/planning.ts';
import type { CanaryPlan } from '../strategies/canary.ts';
import { formatDuration } from '../util/duration.ts';
import { formatShare } from '../util/share.ts';
import { comparison, count, milliseconds, percent, ratioText, requests, roundedDown, times } from './canary-figures.ts';

/** Beyond this nobody weighs chances any more. */
const MOST_ODDS = 1e9;

/** How seldom a good release gives evidence this strong, at any time of a rollout. */
function falseAlarm({ peakLogE }: AnalysisReport): string {
  const odds = roundedDown(Math.min(Math.exp(Math.max(peakLogE, 0)), MOST_ODDS));
  return `a false alarm this strong happens in less than 1 of ${odds} rollouts`;
}

/** What is wrong with latency, in shares above a bound from before the canary. */
function slowness({ tail }: AnalysisReport): string {
  if (!tail) return 'it answers slower than the old release at the same moments';
  const { quantile, boundMs, canary, stable } = tail;
  return `${percent(canary)} of its requests took longer than ${milliseconds(boundMs)} (${quantile} before), ${percent(stable)} of the old release's`;
}

function wrong(report: AnalysisReport): string {
  const after = `after ${requests(report.canary.requests)}`;
  if (report.blame?.metric === 'latency') return `latency: ${slowness(report)}, ${after}`;
  if (ratioText(report) !== null) return `${comparison(report)} ${after}`;
  return `errors: ${count(report.canary.bad)} of its requests failed, ${after}`;
}

/** What would have been found had it been there: silence about it is no praise. */
function couldHaveSeen(report: AnalysisReport): string {
  const ratio = detectableIn(report);
  return ratio === null
    ? 'they were too few to find any regression'
    : `nine in ten regressions of ${times(ratio)} the errors would have been found`;
}

/** One sentence, without a full stop: what was found, how sure that is, and after how much. */
export function describeVerdict(report: AnalysisReport): string {
  const after = `after ${requests(report.canary.requests)}`;
  switch (report.verdict) {
    case 'rollback':
      return `${wrong(report)}; ${falseAlarm(report)}`;
    case 'promote':
      return `shown to be good ${after}: ${comparison(report)}`;
    case 'void':
      return `cannot be judged: ${report.voidReason ?? 'requests do not reach the releases by their shares'}`;
    case 'undecided':
      return `inconclusive ${after}: ${couldHaveSeen(report)}; ${comparison(report)}`;
  }
}

/** The one instance that is sick while the version is not shown to be; null without one. */
export function describeSickInstance({ verdict, blame }: AnalysisReport): string | null {
  if (verdict === 'rollback' || !blame?.instance) return null;
  return `instance ${blame.instance} is sick by itself, the version is not shown to be: replace it`;
}

/** For each source of evidence its verdict, and the instance that is sick by itself. */
export function describeReports(reports: readonly AnalysisReport[]): readonly string[] {
  return reports.map((report) => [describeVerdict(report), describeSickInstance(report)].filter(Boolean).join('; '));
}

/** One line while it runs: `5 % · 1,204 requests, 3 failed · errors 1.2x (0.5 to 2.9) · evidence 12 of 100 · 34 s left`. */
export function describeProgress(share: number, reports: readonly AnalysisReport[], why: string): string {
  const worst = reports.reduce<AnalysisReport | null>(
    (most, one) => (most && most.logE >= one.logE ? most : one),
    null,
  );
  if (!worst) return `${formatShare(share)} · ${why}`;
  const seen = `${requests(worst.canary.requests)}, ${count(worst.canary.bad)} failed`;
  const ratio = ratioText(worst);
  const evidence = `evidence ${count(Math.exp(Math.max(worst.logE, 0)))} of ${count(Math.exp(worst.bound))}`;
  return [formatShare(share), seen, ...(ratio ? [`errors ${ratio}`] : []), evidence, why].join(' · ');
}

/** Five times the errors is what most bad releases do at least; fewer errors than this are seldom measured. */
const EXAMPLE_RATIO = 5;
const LOWEST_RATE = 0.001;

/** What a planned canary will do, and how soon it would find a bad release at today's traffic. */
export function describeCanaryPlan({ stages, baselines, judge }: CanaryPlan): readonly string[] {
  const shares = stages.map(({ share, minMs }) => `${formatShare(share)} for ${formatDuration(minMs)}`);
  const share = stages[0]?.share ?? 0;
  const found = Object.entries(baselines).map(([target, { ratePerSecond, errorRate }]) => {
    if (ratePerSecond === 0) return `${target} has no traffic now: without requests nothing can be told`;
    const traffic = { share, ratePerSecond, errorRate: Math.max(errorRate ?? 0, LOWEST_RATE) };
    const { canaryRequests, seconds } = expectedDetection(traffic, EXAMPLE_RATIO, judge.alpha).median;
    const after = `${requests(Math.ceil(canaryRequests))} of the candidate`;
    const when = `${formatDuration(Math.ceil(seconds) * 1_000)} at today's ${Math.round(ratePerSecond)}/s`;
    return `${target}: ${EXAMPLE_RATIO}x the errors would be found after about ${after}, ${when}`;
  });
  return [shares.join(', then '), ...found];
}
