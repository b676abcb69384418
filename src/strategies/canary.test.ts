/** The canary's rules as a table: what is seen, how long it has lasted, and what follows. */
import { describe, expect, test } from 'vitest';
import type { AnalysisReport } from '../analysis/analysis.ts';
import { type CanaryPlan, type CanaryView, nextCanaryAction } from './canary.ts';

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
  tail: null,
  ...more,
});

const plan: CanaryPlan = {
  stages: [],
  promotion: 'automatic',
  onInconclusive: 'continue',
  onNoData: 'abort',
  silenceMs: 60_000,
  unwatchedMs: 60_000,
  maxFailures: null,
  routers: true,
  intervalMs: 30_000,
  judge: {
    alpha: 0.01,
    beta: 0.05,
    errors: { tolerance: 1, promoteBelow: 2, floor: null },
    latency: null,
    grace: null,
  },
  baselines: {},
};

const stage = { share: 0.05, minMs: 120_000, maxMs: 600_000, holdBack: false };

const view = (more: Partial<CanaryView> = {}): CanaryView => ({
  stage,
  last: false,
  elapsedMs: 60_000,
  silentMs: 100,
  reports: [report()],
  asked: null,
  paused: false,
  ...more,
});

const good = [report('promote')];
const over = { elapsedMs: 600_000, last: true };

type Case = readonly [what: string, plan: Partial<CanaryPlan>, view: Partial<CanaryView>, expected: object];

const CASES: Record<string, readonly Case[]> = {
  'goes back': [
    ['as soon as it is worse', {}, { reports: [report('rollback')] }, { do: 'back', cause: 'worse' }],
    ['when one of several sources says so', {}, { reports: [report('promote'), report('rollback')] }, { do: 'back' }],
    ['although a person asks for more', {}, { reports: [report('rollback')], asked: 'promote' }, { do: 'back' }],
    ['when more failed than may be risked', { maxFailures: 6 }, {}, { do: 'back', cause: 'failures' }],
    ['not while as many failed as may be risked', { maxFailures: 7 }, {}, { do: 'watch' }],
    ['when requests do not reach the releases by their shares', {}, { reports: [report('void')] }, { cause: 'void' }],
    ['when nobody asks the candidate', {}, { silentMs: 60_000 }, { do: 'back', cause: 'no-data' }],
    ['when it was extended in vain', { onInconclusive: 'extend' }, { ...over, elapsedMs: 1_800_000 }, { do: 'back' }],
    ['when nothing was shown and that is not enough', { onInconclusive: 'abort' }, over, { cause: 'inconclusive' }],
  ],
  'goes on': [
    ['not before its time', {}, { elapsedMs: 119_999 }, { do: 'watch' }],
    [
      'after its time, when nothing speaks against it',
      {},
      { elapsedMs: 120_000 },
      { do: 'advance', conclusive: false },
    ],
    ['to all traffic, when it is shown to be good', {}, { elapsedMs: 120_000, reports: good }, { do: 'promote' }],
    ['not to all traffic before its time', {}, { elapsedMs: 119_000, reports: good }, { do: 'watch' }],
    [
      'not to all traffic when one source does not know',
      {},
      { elapsedMs: 120_000, reports: [...good, report()] },
      { do: 'advance' },
    ],
    ['at once, when a person asks for it', {}, { elapsedMs: 1, asked: 'promote' }, { do: 'promote' }],
    ['one step, when a person asks for one', {}, { elapsedMs: 1, asked: 'advance' }, { do: 'advance' }],
    ['after the last share, and calls it inconclusive', {}, over, { do: 'advance', conclusive: false }],
    [
      'when the time of comparison is over',
      {},
      { stage: { ...stage, holdBack: true, maxMs: 120_000 }, elapsedMs: 120_000, reports: good },
      { do: 'advance', conclusive: true },
    ],
  ],
  'stays where it is': [
    ['at the last share, for evidence', {}, { last: true, elapsedMs: 599_999 }, { do: 'watch' }],
    ['when paused', {}, { paused: true, elapsedMs: 600_000 }, { do: 'hold' }],
    ['when a person promotes', { promotion: 'manual' }, { elapsedMs: 600_000 }, { do: 'hold' }],
    [
      'when a person promotes, although it is good',
      { promotion: 'manual' },
      { ...over, reports: good },
      { do: 'hold' },
    ],
    ['when nothing was shown and a person decides', { onInconclusive: 'hold' }, over, { do: 'hold' }],
    ['when nobody asks and a person decides', { onNoData: 'hold' }, { silentMs: 60_000 }, { do: 'hold' }],
    ['and asks itself when nobody does', { onNoData: 'probe' }, { silentMs: 60_000 }, { do: 'probe' }],
    ['when it is extended', { onInconclusive: 'extend' }, over, { do: 'watch' }],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  describe(what, () => {
    test.each(cases)('%s', (_, plans, views, expected) => {
      expect(nextCanaryAction({ ...plan, ...plans }, view(views))).toMatchObject(expected);
    });
  });
}
