/** The bets are fair: their mean over all ways the router may have drawn is 1 if the arms are alike, less if the canary is better. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logPgf, logPgfRatioBound } from './hypergeometric.ts';
import { logChoose } from './log-factorial.ts';
import { logSumExp } from './log-space.ts';
import { createOddsKernel } from './odds-kernel.ts';
import { createRankTilt } from './rank-tilt.ts';
import { sortedArms } from './sorted-arms.ts';

const batches = fc
  .integer({ min: 2, max: 64 })
  .chain((requests) => fc.tuple(fc.constant(requests), fc.nat(requests), fc.nat(requests)));
const odds = fc.double({ min: 1, max: 8, noNaN: true });

/** Probability of `x` bad canary requests when the odds ratio is `psi`. */
function probability(requests: number, canary: number, bad: number, x: number, psi: number): number {
  const log = logChoose(canary, x) + logChoose(requests - canary, bad - x) - logChoose(requests, bad);
  return Math.exp(log + x * Math.log(psi) - logPgf(requests, canary, bad, psi));
}

function meansOf(psi0: number, truth: number, [requests, canary, bad]: readonly [number, number, number]): number[] {
  const kernel = createOddsKernel(psi0, [1.5 * psi0, 5 * psi0, 100 * psi0]);
  const means = [0, 0, 0];
  for (let x = Math.max(0, bad - (requests - canary)); x <= Math.min(canary, bad); x += 1) {
    const weight = probability(requests, canary, bad, x, truth);
    const ratios = kernel.logRatios({ requests, canary, bad, canaryBad: x });
    for (const [j, ratio] of ratios.entries()) means[j] = (means[j] ?? 0) + weight * Math.exp(ratio);
  }
  return means;
}

test('a bet on the odds earns nothing on average at the null, and loses below it', () => {
  fc.assert(
    fc.property(batches, odds, fc.double({ min: 0.05, max: 1, noNaN: true }), (batch, psi0, better) => {
      for (const mean of meansOf(psi0, psi0, batch)) expect(mean).toBeCloseTo(1, 9);
      for (const mean of meansOf(psi0, psi0 * better, batch)) expect(mean).toBeLessThan(1 + 1e-9);
    }),
  );
});

test('exchanging the arms turns an odds ratio into its inverse', () => {
  fc.assert(
    fc.property(batches, odds, ([requests, canary, bad], psi) => {
      const exchanged = logPgf(requests, requests - canary, bad, 1 / psi) + bad * Math.log(psi);
      expect(logPgf(requests, canary, bad, psi)).toBeCloseTo(exchanged, 9);
    }),
  );
});

test('the closed bound never claims more than the sum', () => {
  const scrapes = fc
    .integer({ min: 2, max: 5000 })
    .chain((requests) => fc.tuple(fc.constant(requests), fc.integer({ min: 1, max: requests }), fc.nat(requests)));
  fc.assert(
    fc.property(scrapes, odds, odds, ([requests, canary, bad], psi0, times) => {
      const exact = logPgf(requests, canary, bad, psi0 * times) - logPgf(requests, canary, bad, psi0);
      expect(logPgfRatioBound(requests, canary, bad, psi0 * times, psi0)).toBeGreaterThan(exact - 1e-8);
    }),
  );
});

test('a large scrape is summed as exactly as a small one', () => {
  const direct = (requests: number, canary: number, bad: number, psi: number): number => {
    const terms: number[] = [];
    for (let x = Math.max(0, bad - requests + canary); x <= Math.min(canary, bad); x += 1) {
      const ways = logChoose(canary, x) + logChoose(requests - canary, bad - x) - logChoose(requests, bad);
      terms.push(ways + x * Math.log(psi));
    }
    return logSumExp(terms);
  };
  for (const [canary, bad, psi] of [
    [2000, 900, 3],
    [38_000, 900, 0.3],
    [20_000, 39_000, 80],
  ] as const) {
    expect(logPgf(40_000, canary, bad, psi)).toBeCloseTo(direct(40_000, canary, bad, psi), 7);
  }
});

test('a billion requests take no longer than a blink and stay finite', () => {
  const ratios = createOddsKernel(1, [1.5, 100]).logRatios({
    requests: 4e9,
    canary: 2e8,
    bad: 4e7,
    canaryBad: 2e6,
  });
  expect(ratios.every((ratio) => Number.isFinite(ratio) && ratio < 0)).toBe(true);
});

/** All ways to draw `canary` of the latencies. */
function drawsOf(latencies: readonly number[], canary: number): { canary: boolean; latencyMs: number }[][] {
  const draws: { canary: boolean; latencyMs: number }[][] = [];
  for (let mask = 0; mask < 2 ** latencies.length; mask += 1) {
    const draw = latencies.map((latencyMs, i) => ({ canary: ((mask >> i) & 1) === 1, latencyMs }));
    if (draw.filter((request) => request.canary).length === canary) draws.push(draw);
  }
  return draws;
}

test('a bet on the ranks earns nothing on average, ties and lost answers included', () => {
  const latency = fc.oneof(
    fc.integer({ min: 1, max: 4 }),
    fc.double({ min: 0, max: 9, noNaN: true }),
    fc.constant(Infinity),
  );
  const tilts = createRankTilt([-1, 0.25, 1]);
  fc.assert(
    fc.property(fc.array(latency, { minLength: 2, maxLength: 8 }), fc.nat(), (latencies, seed) => {
      const draws = drawsOf(latencies, seed % (latencies.length + 1));
      const sums = [0, 0, 0];
      for (const draw of draws) {
        for (const [j, ratio] of tilts.logRatios(sortedArms(draw), 1).entries())
          sums[j] = (sums[j] ?? 0) + Math.exp(ratio);
      }
      const tied = new Set(latencies).size < latencies.length;
      for (const sum of sums) expect(sum / draws.length).toBeLessThan(1 + 1e-9);
      if (!tied) for (const sum of sums) expect(sum / draws.length).toBeCloseTo(1, 9);
    }),
  );
});
