/** What the guarantee rests on, for the whole analyser: false alarms, order, resumption, merging, counts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { AnalysisOptions, AnalysisState, Outcome } from './analysis.ts';
import { mergeStates } from './merge.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  latency: { tolerance: 0.1, promoteBelow: 0.25 },
  history: { ratePerSecond: 50, quantilesMs: [80, 110, 200, 400] },
  grace: null,
};

const outcome: fc.Arbitrary<Outcome> = fc.record({
  t: fc.constant(0),
  canary: fc.boolean(),
  bad: fc.boolean(),
  latencyMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constant(Infinity)),
  client: fc.option(fc.integer({ min: 0, max: 20 }).map((id) => `client-${id}`)),
  instance: fc.option(fc.constantFrom('a', 'b', 'c')),
});

/** In order of time, `seconds` apart. */
const paced = (outcomes: readonly Outcome[], seconds: number): Outcome[] =>
  outcomes.map((one, i) => ({ ...one, t: i * seconds }));

const jsonOf = (state: AnalysisState): AnalysisState => JSON.parse(JSON.stringify(state)) as AnalysisState;

test('over all draws of the router the mean evidence against an equal release is at most 1, on ramps and unequal batches', () => {
  const failures = fc.array(fc.record({ bad: fc.boolean(), latencyMs: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 8,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      failures,
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      fc.integer({ min: 1, max: 7 }),
      (requests, ramp, at) => {
        const options = { ...OPTIONS, history: { ratePerSecond: 50, quantilesMs: [1, 1, 2, 2] as const } };
        let mean = 0;
        for (let draw = 0; draw < 2 ** requests.length; draw += 1) {
          const analyser = createAnalyser(options);
          let chance = 1;
          analyser.cut(0);
          for (const [i, request] of requests.entries()) {
            const share = i < at ? 0.2 : ramp;
            const canary = ((draw >> i) & 1) === 1;
            if (i === at) analyser.cut(70 * i);
            chance *= canary ? share : 1 - share;
            analyser.observe({ ...request, t: 70 * i, canary, client: null, instance: null });
          }
          analyser.flush();
          mean += chance * Math.exp(analyser.report().logE);
        }
        expect(mean).toBeLessThan(1 + 1e-9);
      },
    ),
    { numRuns: 3 },
  );
});

test('the order of requests within a micro-batch changes no bit', () => {
  const shuffled = fc
    .array(outcome, { minLength: 40, maxLength: 40 })
    .chain((batch) => fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: 40 })));
  fc.assert(
    fc.property(shuffled, ([batch, other]) => {
      const reports = [batch, other].map((requests) => {
        const analyser = createAnalyser(OPTIONS);
        for (const request of requests) analyser.observe({ ...request, client: null, instance: null });
        analyser.flush();
        return analyser.report();
      });
      expect(reports[0]).toEqual(reports[1]);
    }),
    { numRuns: 12 },
  );
});

test('an analyser that dies at any request and resumes from its state gives the same numbers, bit for bit', () => {
  const options = { ...OPTIONS, grace: { seconds: 30, tolerance: 8 }, errors: { ...OPTIONS.errors, floor: 0.001 } };
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 150, maxLength: 300 }), fc.nat(149), (requests, death) => {
      const straight = createAnalyser(options);
      let interrupted = createAnalyser(options);
      for (const each of [straight, interrupted]) each.cut(0, 0.5);
      for (const [i, request] of paced(requests, 0.7).entries()) {
        if (i === death) interrupted = createAnalyser(options, jsonOf(interrupted.state()));
        straight.observe(request);
        interrupted.observe(request);
      }
      expect(jsonOf(interrupted.state())).toEqual(jsonOf(straight.state()));
      expect(interrupted.report()).toEqual(straight.report());
    }),
    { numRuns: 8 },
  );
});

test('the state is finite JSON below 16 kB a metric, whatever was observed', () => {
  const extremes = fc.array(
    fc.record({
      t: fc.constant(0),
      canary: fc.boolean(),
      bad: fc.constant(true),
      latencyMs: fc.constantFrom(0, 5e-324, 1e308, Infinity),
      client: fc.option(fc.string()),
      instance: fc.option(fc.integer({ min: 0, max: 40 }).map((id) => `instance-${id}`)),
    }),
    { minLength: 400, maxLength: 600 },
  );
  const finite = (value: unknown): boolean =>
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value !== 'object' || value === null || Object.values(value).every(finite);
  fc.assert(
    fc.property(extremes, (requests) => {
      const errors = { ...OPTIONS.errors, floor: 0.001 };
      const analyser = createAnalyser({ ...OPTIONS, errors, grace: { seconds: 60, tolerance: 8 } });
      for (const request of paced(requests, 3)) analyser.observe(request);
      expect(finite(analyser.state())).toBe(true);
      expect(JSON.stringify(analyser.state()).length).toBeLessThan(2 * 16_384);
      expect(Number.isFinite(analyser.report().logE)).toBe(true);
    }),
    { numRuns: 4 },
  );
});

test('shards with disjoint requests merge into what one analyser would know', () => {
  const unnamed = outcome.map((one) => ({ ...one, client: null }));
  const batch = fc.array(unnamed, { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(batch, { minLength: 3, maxLength: 3 }), fc.nat(2), (batches, cutBefore) => {
      const one = createAnalyser(OPTIONS);
      one.cut(0, 0.3);
      for (const request of batches[0] ?? []) one.observe(request);
      one.flush();
      const base = jsonOf(one.state());
      const shards = batches.slice(1).map((requests, i) => {
        const shard = createAnalyser(OPTIONS, base);
        for (const request of requests.slice(i === 0 ? 0 : cutBefore)) shard.observe({ ...request, t: 20 });
        shard.flush();
        return jsonOf(shard.state());
      });
      for (const [i, requests] of batches.slice(1).entries()) {
        for (const request of requests.slice(i === 0 ? 0 : cutBefore)) one.observe({ ...request, t: 20 });
        one.flush();
      }
      const merged = createAnalyser(OPTIONS, mergeStates(base, shards)).report();
      const alone = one.report();
      expect(merged.logE).toBeCloseTo(alone.logE, 9);
      for (const [i, metric] of merged.metrics.entries()) {
        expect(metric.logPromote).toBeCloseTo(alone.metrics[i]?.logPromote ?? Number.NaN, 9);
      }
      expect([merged.canary, merged.stable, merged.verdict]).toEqual([alone.canary, alone.stable, alone.verdict]);
      expect(merged.ratio?.high).toBeCloseTo(alone.ratio?.high ?? Number.NaN, 6);
    }),
    { numRuns: 8 },
  );
});

test('shards that cannot be added up are refused with the reason', () => {
  const analyser = createAnalyser(OPTIONS);
  analyser.cut(0, 0.5);
  const base = analyser.state();
  analyser.observe({ t: 1, canary: true, bad: false, latencyMs: 1, client: null, instance: null });
  expect(() => mergeStates(base, [analyser.state()])).toThrow('a batch is open');
  analyser.cut(2);
  expect(() => mergeStates(base, [analyser.state()])).toThrow('the weight changed');
  expect(() => mergeStates(base, [createAnalyser({ ...OPTIONS, alpha: 0.02 }).state()])).toThrow('options differ');
});

test('counts of a scrape are worth what its requests are worth', () => {
  const requests = fc
    .array(outcome, { minLength: 64, maxLength: 64 })
    .map((batch) => batch.map((one) => ({ ...one, client: null, instance: null })));
  const bounds = [80, 110, 200, 400, Infinity];
  fc.assert(
    fc.property(requests, (batch) => {
      const options = { ...OPTIONS, latency: { tolerance: 0, promoteBelow: 0.25 } };
      const [byRequest, byCount] = [createAnalyser(options), createAnalyser(options)];
      for (const each of [byRequest, byCount]) each.cut(0, 0.5);
      for (const one of batch) byRequest.observe({ ...one, t: 1 });
      const arm = (canary: boolean) => {
        const own = batch.filter((one) => one.canary === canary);
        const upTo = (le: number) => own.filter((one) => one.latencyMs <= le).length;
        return {
          requests: own.length,
          bad: own.filter((one) => one.bad).length,
          latency: bounds.map((leMs, i) => ({ leMs, count: upTo(leMs) - (i === 0 ? 0 : upTo(bounds[i - 1] ?? 0)) })),
        };
      };
      byCount.count({ t: 1, canary: arm(true), stable: arm(false) });
      const [requestReport, countReport] = [byRequest.report(), byCount.report()];
      expect(countReport.metrics[0]).toEqual(requestReport.metrics[0]);
      expect(countReport.ratio).toEqual(requestReport.ratio);
      const tails = (state: AnalysisState) => state.ledger.latency?.strict.logM.slice(0, 16);
      expect(tails(byCount.state())).toEqual(tails(byRequest.state()));
    }),
    { numRuns: 8 },
  );
});
