/** What a report says of latency: how many of each release's requests were slower than a bound from before. */
import { expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { AnalysisOptions, AnalysisReport } from './analysis.ts';
import { mergeStates } from './merge.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  latency: { tolerance: 0.1, promoteBelow: 0.25 },
  history: { ratePerSecond: 50, quantilesMs: [80, 110, 200, 400] },
  grace: null,
};

/** Of ten: of stable one above p90 and one above p95, of the canary one above p99 and one above p99.9. */
const LATENCIES = {
  stable: [10, 20, 30, 40, 50, 60, 70, 80, 90, 150],
  canary: [10, 20, 30, 40, 50, 60, 70, 80, 300, 500],
};
const CLEAREST: AnalysisReport['tail'] = { quantile: 'p99', boundMs: 200, canary: 0.2, stable: 0 };

function observe(options = OPTIONS, rounds = 2, state?: Parameters<typeof createAnalyser>[1]) {
  const analyser = createAnalyser(options, state);
  for (let i = 0; i < 10 * rounds; i++)
    for (const arm of ['canary', 'stable'] as const)
      analyser.observe({
        t: 0,
        canary: arm === 'canary',
        bad: false,
        latencyMs: LATENCIES[arm][i % 10] ?? 0,
        client: null,
        instance: null,
      });
  analyser.flush();
  return analyser;
}

test('tells the bound that sets the releases apart best', () => {
  expect(observe().report().tail).toEqual(CLEAREST);
});

test('counts on after a restart, and over shards', () => {
  const base = observe().state();
  const resumed = observe(OPTIONS, 3, JSON.parse(JSON.stringify(base)) as typeof base);
  expect(resumed.report().tail).toEqual(CLEAREST);
  expect(resumed.state().tails.map(({ requests }) => requests)).toEqual([100, 100, 100, 100]);
  const merged = mergeStates(base, [observe(OPTIONS, 3, base).state(), observe(OPTIONS, 1, base).state()]);
  expect(merged.tails.map(({ requests, canary, canaryBad }) => [requests, canary, canaryBad])).toEqual([
    [120, 60, 12],
    [120, 60, 12],
    [120, 60, 12],
    [120, 60, 6],
  ]);
});

test('reads a histogram at the first bound of its own', () => {
  const analyser = createAnalyser(OPTIONS);
  const bounds = [100, 250, 1000, Infinity];
  const arm = (counts: readonly number[]) => ({
    requests: 100,
    bad: 0,
    latency: bounds.map((leMs, i) => ({ leMs, count: counts[i] ?? 0 })),
  });
  analyser.count({ t: 1, canary: arm([50, 30, 20, 0]), stable: arm([90, 10, 0, 0]) });
  expect(analyser.report().tail).toEqual({ quantile: 'p90', boundMs: 100, canary: 0.5, stable: 0.1 });
});

test('says nothing where latency is not judged, or no bound is known yet', () => {
  expect(observe({ ...OPTIONS, latency: null }).report().tail).toBeNull();
  expect(observe({ ...OPTIONS, history: { ratePerSecond: 50, quantilesMs: null } }).report().tail).toBeNull();
});
