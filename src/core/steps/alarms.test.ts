/** A rise of errors after the commit is told once, and the usual errors never. */
import { expect, test } from 'vitest';
import type { CanaryPlan } from '../../strategies/canary.ts';
import { createAlarms } from './alarms.ts';

const canary = {
  baselines: { web: { ratePerSecond: 100, quantilesMs: null, errorRate: 0.01 } },
} as unknown as CanaryPlan;

/** Counters of `web` once a second, at so many errors in a thousand requests. */
function* samples(perMille: number, seconds: number) {
  for (let second = 0, requests = 0; second < seconds; second++, requests += 1_000) {
    const errors = Math.round((requests / 1_000) * perMille);
    yield {
      at: second * 1_000,
      evidence: { web: { requests, errors, p50Ms: 1, p99Ms: 2, restarts: 0 } },
      failedChecks: null,
    };
  }
}

const told = (perMille: number, seconds: number): string[] => {
  const alarms = createAlarms(canary);
  return [...samples(perMille, seconds)].flatMap((sample) => alarms(sample));
};

test('five times the errors are told once, within seconds', () => {
  expect(told(50, 30)).toEqual(['errors of web have risen above 1.5 %, what was normal before']);
  expect(told(50, 5)).toHaveLength(1);
});

test('the usual errors are not', () => {
  expect(told(10, 3_600)).toEqual([]);
});

test('without a canary nothing is watched', () => {
  expect([...samples(900, 60)].flatMap((sample) => createAlarms(null)(sample))).toEqual([]);
});
