/** A rollout told as counts of its micro-batches proves what it proves request by request: simulations rest on it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { AnalysisOptions, ArmCounts, Outcome } from './analysis.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: 0.001 },
  latency: null,
  history: { ratePerSecond: 50, quantilesMs: null },
  grace: { seconds: 90, tolerance: 8 },
};
const BATCH = 64;

const batch = fc.array(fc.record({ canary: fc.boolean(), bad: fc.boolean() }), {
  minLength: BATCH,
  maxLength: BATCH,
});
/** More than a slot of capital, a grace that ends, and a ramp. */
const SECONDS_A_BATCH = 25;
const rollout = fc.record({
  batches: fc.array(batch, { minLength: 8, maxLength: 16 }),
  rampAfter: fc.integer({ min: 1, max: 7 }),
  lastSize: fc.integer({ min: 1, max: BATCH }),
});

const armOf = (outcomes: readonly Outcome[], canary: boolean): ArmCounts => {
  const own = outcomes.filter((one) => one.canary === canary);
  return { requests: own.length, bad: own.filter(({ bad }) => bad).length };
};

test('the same batches give the same evidence bit by bit, as requests and as counts, over a ramp', () => {
  fc.assert(
    fc.property(rollout, ({ batches, rampAfter, lastSize }) => {
      const [byRequest, byCount] = [createAnalyser(OPTIONS), createAnalyser(OPTIONS)];
      for (const each of [byRequest, byCount]) each.cut(0, 0.3);
      for (const [i, requests] of batches.entries()) {
        // The batch before the ramp is cut short by it.
        const size = i === rampAfter ? lastSize : BATCH;
        const outcomes = requests.slice(0, size).map((request, at): Outcome => {
          const t = SECONDS_A_BATCH * (i + (at + 1) / size);
          return { ...request, t, latencyMs: 1, client: null, instance: null };
        });
        const t = outcomes.at(-1)?.t ?? 0;
        for (const outcome of outcomes) byRequest.observe(outcome);
        byCount.count({ t, canary: armOf(outcomes, true), stable: armOf(outcomes, false) });
        if (i === rampAfter) for (const each of [byRequest, byCount]) each.cut(t, 0.6);
        if (i !== rampAfter) expect(byCount.report()).toEqual(byRequest.report());
      }
      const { clock: _, ...counted } = byCount.state();
      const { clock: __, ...observed } = byRequest.state();
      expect(counted).toEqual({ ...observed, batch: counted.batch });
    }),
    { numRuns: 12 },
  );
});
