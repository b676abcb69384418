/** The figures of canary.md B5 and C6, and what a plan says in words. */
import { expect, test } from 'vitest';
import { detectableRatio, expectedDetection, expectedPromotion, information, sufficientShare } from './planning.ts';

const TRAFFIC = { share: 0.05, ratePerSecond: 50, errorRate: 0.01 };

test.each([
  [0.01, 2, 0.05, 1256],
  [0.01, 5, 0.05, 122.8],
  [0.01, 20, 0.05, 12.9],
  [0.01, 5, 0.5, 308],
  [0.001, 5, 0.1, 1377],
])('canary requests at the physical limit: rate %f, x%f, share %f', (errorRate, ratio, share, requests) => {
  const limit = Math.log(100) / information({ share, errorRate }, ratio);
  expect(limit / requests).toBeCloseTo(1, 2);
});

test('a 5x regression is found after about 150 canary requests, within a minute of the traffic', () => {
  const { median, p90 } = expectedDetection(TRAFFIC, 5, 0.01);
  expect(median.canaryRequests).toBeGreaterThan(125);
  expect(median.canaryRequests).toBeLessThan(165);
  expect(median.seconds).toBeCloseTo(median.canaryRequests / 2.5, 9);
  expect(p90.canaryRequests / 332).toBeCloseTo(1, 0.5);
  expect(expectedDetection(TRAFFIC, 5, 1e-4).median.canaryRequests).toBeGreaterThan(1.9 * median.canaryRequests);
});

test.each([
  [0.01, 100, 9.8],
  [0.01, 1000, 3],
  [0.01, 10_000, 1.6],
  [0.001, 300, 23],
])('what could have been seen: rate %f with %i canary requests', (errorRate, requests, ratio) => {
  expect((detectableRatio({ share: 0.05, errorRate }, requests, 0.01) ?? 0) / ratio).toBeCloseTo(1, 1);
});

test('too few requests could have shown nothing', () => {
  expect(detectableRatio({ share: 0.05, errorRate: 0.01 }, 1, 0.01)).toBeNull();
});

test.each([
  [0.01, 0.05, 2, 926],
  [0.01, 0.1, 2, 1025],
  [0.01, 0.05, 3, 339],
  [0.001, 0.05, 5, 1331],
])('a good release is promoted: rate %f, share %f, below x%f', (errorRate, share, promoteBelow, requests) => {
  const { canaryRequests } = expectedPromotion({ share, ratePerSecond: 50, errorRate }, promoteBelow, 0.05);
  expect(canaryRequests / requests).toBeGreaterThan(0.9);
  expect(canaryRequests / requests).toBeLessThan(1.1);
});

test('the share that would settle it finds the ratio in the same time', () => {
  const share = sufficientShare(TRAFFIC, 2, 300, 0.01) ?? 0;
  const { p90 } = expectedDetection({ ...TRAFFIC, share }, 2, 0.01);
  expect(p90.seconds / 300).toBeCloseTo(1, 2);
  expect(sufficientShare(TRAFFIC, 1.01, 1, 0.01)).toBeNull();
});
