/** Triggers as tables: what was seen, and what it means. */
import { describe, expect, test } from 'vitest';
import { findBreach, lookEvery, type Sample, type Trigger } from './triggers.ts';

/** Requests, errors and restarts of `web` at so many seconds; the checks that failed, or null when none were run. */
type Look = readonly [
  atS: number,
  requests: number,
  errors: number,
  restarts?: number,
  failed?: readonly string[] | null,
];

const samples = (...looks: readonly Look[]): Sample[] =>
  looks.map(([atS, requests, errors, restarts = 0, failedChecks = null]) => {
    const web = { requests, errors, p50Ms: 5, p99Ms: 50, restarts };
    return { at: atS * 1_000, evidence: { web }, failedChecks };
  });

const errorRate: Trigger = { type: 'error-rate', above: 0.05, windowMs: 60_000, minRequests: 20 };
const health: Trigger = { type: 'health', failures: 3, everyMs: 10_000 };
const crashes: Trigger = { type: 'crash-loop', restarts: 3 };
const bad = ['answers'] as const;

describe('error rate', () => {
  test.each<[string, Look[], string | null]>([
    [
      'is quiet without requests',
      [
        [0, 0, 0],
        [30, 0, 0],
      ],
      null,
    ],
    [
      'says nothing of too few requests',
      [
        [0, 0, 0],
        [30, 19, 19],
      ],
      null,
    ],
    [
      'is no breach exactly at the limit',
      [
        [0, 0, 0],
        [30, 100, 5],
      ],
      null,
    ],
    [
      'is a breach above it',
      [
        [0, 0, 0],
        [30, 100, 6],
      ],
      '6 % (6 of 100 requests)',
    ],
    [
      'counts from the first look, not from before',
      [
        [0, 1_000, 500],
        [30, 1_100, 500],
      ],
      null,
    ],
    [
      'forgets what is older than the window',
      [
        [0, 0, 0],
        [10, 100, 50],
        [80, 200, 51],
      ],
      null,
    ],
    [
      'sees a burst within the window, however long it was quiet before',
      [
        [0, 0, 0],
        [565, 9_000, 0],
        [630, 9_100, 40],
      ],
      '40 % (40 of 100 requests)',
    ],
    [
      'starts anew when counters fall, as after a restart',
      [
        [0, 500, 0],
        [30, 10, 10],
      ],
      null,
    ],
  ])('%s', (_name, looks, observed) => {
    expect(findBreach([errorRate], samples(...looks))?.observed ?? null).toBe(observed);
  });
});

describe('health', () => {
  test.each<[string, Look[], boolean]>([
    [
      'needs so many failures in a row',
      [
        [0, 0, 0, 0, bad],
        [10, 0, 0, 0, bad],
      ],
      false,
    ],
    [
      'is breached by them',
      [
        [0, 0, 0, 0, bad],
        [10, 0, 0, 0, bad],
        [20, 0, 0, 0, bad],
      ],
      true,
    ],
    [
      'begins again after one that passed',
      [
        [0, 0, 0, 0, bad],
        [10, 0, 0, 0, []],
        [20, 0, 0, 0, bad],
        [30, 0, 0, 0, bad],
      ],
      false,
    ],
    [
      'does not count looks without checks',
      [
        [0, 0, 0, 0, bad],
        [1, 0, 0],
        [10, 0, 0, 0, bad],
        [11, 0, 0],
        [20, 0, 0, 0, bad],
      ],
      true,
    ],
  ])('%s', (_name, looks, breached) => {
    expect(findBreach([health], samples(...looks)) !== null).toBe(breached);
  });
});

describe('crash loop', () => {
  test('counts restarts since the first look', () => {
    expect(findBreach([crashes], samples([0, 0, 0, 5], [30, 0, 0, 7]))).toBeNull();
    expect(findBreach([crashes], samples([0, 0, 0, 5], [30, 0, 0, 8]))).toMatchObject({
      trigger: 'crashes of web',
      observed: '3 restarts',
      limit: '3 restarts',
    });
  });
});

test('nothing seen breaches nothing', () => {
  expect(findBreach([errorRate, health, crashes], [])).toBeNull();
});

test('looks often enough for the fastest trigger, at least once and at most ten times a second', () => {
  expect(lookEvery([])).toBe(1_000);
  expect(lookEvery([errorRate, health])).toBe(1_000);
  expect(lookEvery([{ ...errorRate, windowMs: 5_000 }, health])).toBe(500);
  expect(lookEvery([{ ...health, everyMs: 10 }])).toBe(100);
});
