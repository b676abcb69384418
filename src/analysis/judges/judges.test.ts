/** The older judges say what their Python ports say of the same minutes, in words of outcomes. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Outcome } from '../analysis.ts';
import type { Judge } from './judge.ts';
import { createMannWhitneyJudge, MANN_WHITNEY_DEFAULTS } from './mann-whitney.ts';
import { rankTest } from './rank-test.ts';
import { createThresholdJudge, THRESHOLD_DEFAULTS } from './threshold.ts';

interface Minutes {
  readonly canary: readonly number[];
  readonly stable: readonly number[];
  readonly canaryBad: readonly number[];
  readonly stableBad: readonly number[];
  /** Index of the minute in which it is taken back, -1 for never. */
  readonly said: Readonly<Record<string, number | boolean>>;
}

/** Written by test/fixtures/canary/judges.py. */
const FILE = new URL('../../../test/fixtures/canary/judges.json', import.meta.url);
const rollouts = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Minutes[];

const outcome = (t: number, canary: boolean, bad: boolean, latencyMs = 80): Outcome => ({
  t,
  canary,
  bad,
  latencyMs,
  client: null,
  instance: null,
});

function* arm(from: number, canary: boolean, requests: number, bad: number): Generator<Outcome> {
  for (let at = 0; at < requests; at++) yield outcome(from + (60 * at) / requests, canary, at < bad);
}

/** The same minutes as requests. */
function* requestsOf({ canary, stable, canaryBad, stableBad }: Minutes): Generator<Outcome> {
  for (const minute of canary.keys()) {
    const both = [
      ...arm(60 * minute, true, canary[minute] ?? 0, canaryBad[minute] ?? 0),
      ...arm(60 * minute, false, stable[minute] ?? 0, stableBad[minute] ?? 0),
    ];
    yield* both.toSorted((a, b) => a.t - b.t);
  }
}

/** Index of the deciding minute, as the fixture has it. */
function minuteOf(judge: Judge, minutes: Minutes): number {
  for (const one of requestsOf(minutes)) judge.observe(one);
  const { verdict, t } = judge.end(60 * minutes.canary.length);
  return verdict === 'rollback' ? t / 60 - 1 : -1;
}

test.each([
  ['threshold99/1', 0.99, 1],
  ['threshold99/4', 0.99, 4],
  ['threshold95/1', 0.95, 1],
  ['threshold95/4', 0.95, 4],
] as const)('fixed limits, %s: the same minute as the Python port', (name, successRateMin, failureLimit) => {
  const options = { ...THRESHOLD_DEFAULTS, successRateMin, failureLimit };
  const found = rollouts.map((minutes) => minuteOf(createThresholdJudge(options), minutes));
  expect(found).toEqual(rollouts.map(({ said }) => said[name]));
});

test.each([
  ['mannWhitney', MANN_WHITNEY_DEFAULTS.judgedAfterSteps],
  ['eachMinute', Array.from({ length: 28 }, (_, at) => at + 3)],
] as const)('rank test of minutes, %s: the same minute as the Python port', (name, judgedAfterSteps) => {
  const options = { ...MANN_WHITNEY_DEFAULTS, judgedAfterSteps };
  const found = rollouts.map((minutes) => minuteOf(createMannWhitneyJudge(options), minutes));
  expect(found).toEqual(rollouts.map(({ said }) => said[name]));
});

test('the classification of a whole series is that of the Python port', () => {
  const rates = (bad: readonly number[], all: readonly number[]) => bad.map((count, at) => count / (all[at] ?? 1));
  const high = rollouts.map((one) => rankTest(rates(one.canaryBad, one.canary), rates(one.stableBad, one.stable)).high);
  expect(high).toEqual(rollouts.map(({ said }) => said.high));
});

/** Half an hour at ten requests a second, half of them canary; `canaryMs` by the count of the canary's requests. */
function replayLatency(judge: Judge, canaryMs: (index: number) => number) {
  for (let at = 0; at < 18_000; at++) {
    const canary = at % 2 === 0;
    judge.observe(outcome(at / 10, canary, false, canary ? canaryMs(at / 2) : 80 + (at % 7)));
  }
  return judge.end(1_800);
}

test('a slow tail is a failed look of the fixed limit, once it is more than one in a hundred', () => {
  const tail = (every: number) => (index: number) => (index % every === 0 ? 900 : 80);
  expect(replayLatency(createThresholdJudge(), tail(50))).toMatchObject({
    verdict: 'rollback',
    t: 120,
    blame: 'latency',
  });
  expect(replayLatency(createThresholdJudge(), tail(200))).toMatchObject({ verdict: 'promote', blame: null });
  expect(replayLatency(createThresholdJudge({ ...THRESHOLD_DEFAULTS, p99LimitMs: null }), tail(50)).verdict).toBe(
    'promote',
  );
});

test('the rank test sees a slow tail in its first judgement, not before', () => {
  const slow = (index: number) => (index % 20 === 0 ? 2_000 : 80) + (index % 7);
  expect(replayLatency(createMannWhitneyJudge(), slow)).toMatchObject({
    verdict: 'rollback',
    t: 600,
    blame: 'latency',
  });
});

test('without traffic to look at neither of them knows anything', () => {
  for (const judge of [createThresholdJudge(), createMannWhitneyJudge()]) {
    judge.observe(outcome(1, false, false));
    expect(judge.end(1_800).verdict).toBe('inconclusive');
  }
});

test('lost requests are errors, and no latency of the rank test', () => {
  const judge = createMannWhitneyJudge();
  for (let at = 0; at < 6_600; at++) {
    const canary = at % 2 === 0;
    const lost = canary && at % 20 === 0;
    judge.observe(outcome(at / 10, canary, lost, lost ? Number.POSITIVE_INFINITY : 80 + (at % 7)));
  }
  expect(judge.end(660)).toMatchObject({ verdict: 'rollback', blame: 'errors' });
});
