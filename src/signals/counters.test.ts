/** Counters: differences, restarts, histograms that change. */
import { expect, test } from 'vitest';
import { growth, NOTHING, onSameBounds } from './counters.ts';

const buckets = (...counts: number[]) => counts.map((count, index) => ({ leMs: (index + 1) * 100, count }));

test.each([
  ['what was added', { requests: 10, bad: 1 }, { requests: 14, bad: 3 }, { requests: 4, bad: 2 }],
  ['nothing', { requests: 10, bad: 1 }, { requests: 10, bad: 1 }, { requests: 0, bad: 0 }],
  ['all since a restart', { requests: 10, bad: 1 }, { requests: 6, bad: 2 }, { requests: 6, bad: 2 }],
])('tells %s', (_, before, now, expected) => {
  expect(growth(before, now, 'from-zero')).toEqual(expected);
});

test('a sum that fell tells nothing', () => {
  expect(growth({ requests: 2_000, bad: 5 }, { requests: 1_003, bad: 5 }, 'unknown')).toBeNull();
});

test('errors that went back alone are no restart', () => {
  expect(growth({ requests: 1_000, bad: 5 }, { requests: 1_010, bad: 0 }, 'from-zero')).toBeNull();
});

test('a histogram gives each request once, also after a restart and from the very beginning', () => {
  const now = { requests: 9, bad: 0, latency: buckets(4, 6, 9) };
  const apart = buckets(4, 2, 3);
  expect(growth({ requests: 50, bad: 1, latency: buckets(40, 45, 50) }, now, 'from-zero')?.latency).toEqual(apart);
  expect(growth(NOTHING, now, 'from-zero')?.latency).toEqual(apart);
  expect(growth({ requests: 3, bad: 0, latency: buckets(1, 2, 3) }, now, 'unknown')?.latency).toEqual(buckets(3, 1, 2));
});

test('latency is left out where its histogram cannot be compared, the rest is told', () => {
  const now = { requests: 9, bad: 1, latency: buckets(4, 6, 9) };
  expect(growth({ requests: 5, bad: 0 }, now, 'from-zero')).toEqual({ requests: 4, bad: 1 });
  expect(growth({ requests: 5, bad: 0, latency: buckets(5, 5, 5) }, now, 'from-zero')).toEqual({ requests: 4, bad: 1 });
});

test('both arms keep the bounds that they share', () => {
  const canary = { requests: 9, bad: 0, latency: [...buckets(1, 5), { leMs: 900, count: 9 }] };
  const stable = { requests: 9, bad: 0, latency: [...buckets(2, 6, 7), { leMs: 900, count: 9 }] };
  const trimmed = onSameBounds(canary, stable);
  expect(trimmed.stable.latency?.map(({ leMs }) => leMs)).toEqual([100, 200, 900]);
  expect(trimmed.canary.latency?.map(({ leMs }) => leMs)).toEqual([100, 200, 900]);
  expect(onSameBounds(canary, { requests: 9, bad: 0 }).canary.latency).toBeUndefined();
});
