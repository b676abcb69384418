/** The words of a canary: what was found, how sure that is, and after how much. */
import { expect, test } from 'vitest';
import type { AnalysisReport } from '../analysis/analysis.ts';
import { describeProgress, describeReports, describeVerdict } from './canary-words.ts';

const report = (
  verdict: AnalysisReport['verdict'] = 'undecided',
  more: Partial<AnalysisReport> = {},
): AnalysisReport => ({
  t: 60,
  verdict,
  voidReason: null,
  decidedAt: verdict === 'undecided' ? null : 58,
  logE: verdict === 'rollback' ? 4.7 : 0.2,
  peakLogE: verdict === 'rollback' ? 4.7 : 0.4,
  bound: Math.log(100),
  metrics: [],
  blame: verdict === 'rollback' ? { metric: 'errors', instance: null } : null,
  canary: { requests: 139, bad: 7 },
  stable: { requests: 2_641, bad: 26 },
  ratio: { estimate: 4.1, low: 2.3, high: 7.9 },
  tail: { quantile: 'p95', boundMs: 180, canary: 0.052, stable: 0.011 },
  ...more,
});

const ALARM = 'a false alarm this strong happens in less than 1 of 100 rollouts';
const slow = { metric: 'latency', instance: null } as const;
const silent = { canary: { requests: 139, bad: 0 }, stable: { requests: 2_641, bad: 0 }, ratio: null };

test.each<[what: string, AnalysisReport, words: string]>([
  ['more errors', report('rollback'), `errors 4.1x (2.3 to 7.9) the old release's after 139 requests; ${ALARM}`],
  [
    'errors where the old release has none',
    report('rollback', { ratio: { estimate: 1000, low: 6.2, high: 1000 } }),
    `errors at least 6.2x the old release's after 139 requests; ${ALARM}`,
  ],
  [
    'a slow tail',
    report('rollback', { blame: slow }),
    `latency: 5.2 % of its requests took longer than 180 ms (p95 before), 1.1 % of the old release's, after 139 requests; ${ALARM}`,
  ],
  [
    'slowness without a bound to tell it by',
    report('rollback', { blame: slow, tail: null }),
    `latency: it answers slower than the old release at the same moments, after 139 requests; ${ALARM}`,
  ],
  [
    'a good release',
    report('promote'),
    "shown to be good after 139 requests: errors 4.1x (2.3 to 7.9) the old release's",
  ],
  ['one without an error', report('promote', silent), 'shown to be good after 139 requests: no request failed'],
  [
    'no answer',
    report(),
    "inconclusive after 139 requests: nine in ten regressions of 7.9x the errors would have been found; errors 4.1x (2.3 to 7.9) the old release's",
  ],
  [
    'hardly a request',
    report('undecided', { ...silent, canary: { requests: 1, bad: 0 } }),
    'inconclusive after 1 request: they were too few to find any regression; no request failed',
  ],
  ['shares that are off', report('void', { voidReason: 'the shares are off' }), 'cannot be judged: the shares are off'],
])('says %s', (_, one, words) => {
  expect(describeVerdict(one)).toBe(words);
});

test('a stronger case is told as a seldomer false alarm, rounded down', () => {
  expect(describeVerdict(report('rollback', { peakLogE: Math.log(4_370) }))).toContain('less than 1 of 4,300 rollouts');
  expect(describeVerdict(report('rollback', { peakLogE: 700 }))).toContain('less than 1 of 1,000,000,000 rollouts');
});

test('names the instance that is sick by itself', () => {
  const sick = report('undecided', { blame: { metric: 'errors', instance: 'web-2' } });
  expect(describeReports([report('promote'), sick])[1]).toMatch(
    /^inconclusive .*; instance web-2 is sick by itself, the version is not shown to be: replace it$/,
  );
});

test('tells the worst source while it runs', () => {
  expect(describeProgress(0.05, [report('undecided', { logE: -1 }), report()], '34 s left')).toBe(
    '5 % · 139 requests, 7 failed · errors 4.1x (2.3 to 7.9) · evidence 1 of 100 · 34 s left',
  );
});
