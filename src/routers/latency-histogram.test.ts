import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLatencyHistogram } from './latency-histogram.ts';

test('the bound of a bucket is above its latency by at most 3.2 %, from 0.125 ms to hours', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.125, max: 10_000_000, noNaN: true }), (ms) => {
      const histogram = createLatencyHistogram();
      histogram.record(ms);
      const [bucket, ...others] = histogram.buckets();
      expect(others).toEqual([]);
      expect(bucket?.count).toBe(1);
      expect(bucket?.leMs).toBeGreaterThanOrEqual(ms);
      expect(bucket?.leMs).toBeLessThanOrEqual(ms * 1.032 + 1 / 256);
    }),
    { numRuns: 1_000 },
  );
});

test('nothing is too small or too large to be counted, and bounds ascend', () => {
  const histogram = createLatencyHistogram();
  for (const ms of [-1, 0, 0.001, 1, 1, 1_000, 1e12, Infinity]) histogram.record(ms);
  const buckets = histogram.buckets();
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(8);
  expect(buckets.map(({ leMs }) => leMs)).toEqual(buckets.map(({ leMs }) => leMs).toSorted((a, b) => a - b));
});
