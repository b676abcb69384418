/** Micro-batches handed over at once prove what their requests prove one by one: simulations of latency rest on it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { AnalysisOptions, MetricName, Outcome } from './analysis.ts';
import { createCaseAgainst } from './case-against.ts';
import { batchOf } from './micro-batch.ts';
import { createPromotion } from './promotion.ts';
import { createRolloutClock } from './rollout-clock.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  latency: { tolerance: 0, promoteBelow: 0.25 },
  history: { ratePerSecond: 50, quantilesMs: [40, 50, 70, 90] },
  grace: null,
};
const BATCH = 64;
/** More than a slot of capital in each rollout, and a change of share. */
const SECONDS_A_BATCH = 25;

const request = fc.record({
  canary: fc.boolean(),
  bad: fc.boolean(),
  // Few values, so that some are tied.
  latencyMs: fc.integer({ min: 1, max: 100 }),
  instance: fc.constantFrom('c0', 'c1', 'c2', 'c3'),
});
const rollout = fc.record({
  batches: fc.array(fc.array(request, { minLength: BATCH, maxLength: BATCH }), { minLength: 6, maxLength: 10 }),
  cutAfter: fc.integer({ min: 1, max: 5 }),
  instances: fc.boolean(),
});

function openCase() {
  const [clock, against, promotion] = [createRolloutClock(), createCaseAgainst(OPTIONS), createPromotion(OPTIONS)];
  const tails = OPTIONS.history.quantilesMs;
  clock.advance(0);
  return {
    cut: (t: number) => {
      clock.advance(t);
      clock.cut();
    },
    judge: (outcomes: readonly Outcome[], t: number) => {
      const units = outcomes.map((outcome) => ({ ...outcome, minute: 0, cell: -1 }));
      const batch = batchOf(units, true);
      clock.advance(t);
      against.release(clock.slots());
      against.betUnits(units, batch, tails, 'strict');
      promotion.betBatch(batch, { tails, body: null });
      clock.closed();
    },
    logE: () => against.weigh().logE,
    metrics: (['errors', 'latency'] satisfies MetricName[]).map((metric) => () => ({
      metric,
      logE: against.logE(metric),
      logPromote: promotion.logE(metric),
    })),
  };
}

test('the case against a release is that of the analyser bit by bit, with latency, instances and a ramp', () => {
  fc.assert(
    fc.property(rollout, ({ batches, cutAfter, instances }) => {
      const [analyser, byBatch] = [createAnalyser(OPTIONS), openCase()];
      analyser.cut(0, null);
      for (const [i, requests] of batches.entries()) {
        const outcomes = requests.map((one, at): Outcome => {
          const t = SECONDS_A_BATCH * (i + (at + 1) / BATCH);
          return { ...one, t, client: null, instance: instances ? one.instance : null };
        });
        const t = SECONDS_A_BATCH * (i + 1);
        for (const outcome of outcomes) analyser.observe(outcome);
        byBatch.judge(outcomes, t);
        const { logE, metrics } = analyser.report();
        expect(byBatch.logE()).toBe(logE);
        expect(byBatch.metrics.map((metric) => metric())).toEqual(metrics);
        if (i === cutAfter) for (const each of [analyser, byBatch]) each.cut(t);
      }
    }),
    { numRuns: 20 },
  );
});
