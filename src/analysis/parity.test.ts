/** Whole traces: verdict, instant and evidence are those of the reference implementation. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createAnalyser } from './analyser.ts';
import type { AnalysisOptions } from './analysis.ts';

/** Made by test/fixtures/analysis/make-reference.py. */
interface ReferenceTrace {
  readonly seed: number;
  readonly rate: number;
  readonly steps: readonly (readonly [number, number])[];
  readonly p: number;
  readonly theta: number;
  readonly slower: number;
  readonly onset: number;
  readonly errTol: number;
  readonly latTol: number;
  readonly requests: number;
  readonly every: number;
  readonly quantilesMs: readonly [number, number, number, number];
  readonly n: number;
  readonly t: number;
  readonly verdict: string;
  readonly logE: number;
  readonly errors: number;
  readonly latency: number;
  readonly path: readonly (readonly [number, number, number])[];
}

const file = new URL('../../test/fixtures/analysis/reference-traces.json', import.meta.url);
const traces = JSON.parse(readFileSync(file, 'utf8')) as readonly ReferenceTrace[];

/** Park and Miller's minimal standard: the same numbers in Python. */
function createRandom(seed: number): () => number {
  let x = seed;
  return () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  };
}

const rounded = (x: number, unit: number): number => Math.floor(x * unit + 0.5) / unit;

function latency(random: () => number, scale: number): number {
  const u = random();
  return rounded(scale * (20 + (80 * u * u * u * u) / (1.02 - random())), 1e3);
}

function optionsOf(trace: ReferenceTrace): AnalysisOptions {
  return {
    alpha: 0.01,
    beta: 0.05,
    errors: { tolerance: trace.errTol, promoteBelow: 2, floor: null },
    latency: { tolerance: trace.latTol, promoteBelow: 0.25 },
    history: { ratePerSecond: trace.rate, quantilesMs: trace.quantilesMs },
    grace: null,
  };
}

function replay(trace: ReferenceTrace) {
  const random = createRandom(trace.seed);
  for (let i = 0; i < 2000; i += 1) latency(random, 1);
  const analyser = createAnalyser(optionsOf(trace));
  const path: number[][] = [];
  let [t, n, step] = [0, 0, 0];
  analyser.cut(0, trace.steps[0]?.[1] ?? null);
  while (n < trace.requests && analyser.report().verdict !== 'rollback') {
    t = rounded(t + (2 * random()) / trace.rate, 1e6);
    n += 1;
    for (let next = trace.steps[step + 1]; next !== undefined && t >= next[0]; next = trace.steps[step + 1]) {
      step += 1;
      analyser.cut(t, next[1]);
    }
    const canary = random() < (trace.steps[step]?.[1] ?? 0);
    const worse = canary && t >= trace.onset;
    const bad = random() < trace.p * (worse ? trace.theta : 1);
    const latencyMs = latency(random, worse ? trace.slower : 1);
    analyser.observe({ t, canary, bad, latencyMs, client: null, instance: null });
    const { metrics } = analyser.report();
    if (n % trace.every === 0) path.push([...metrics.map((m) => m.logE), metrics[0]?.logPromote ?? 0]);
  }
  return { report: analyser.report(), n, t, path };
}

test.each(traces)('trace $seed: $verdict after $n requests', (trace) => {
  const { report, n, t, path } = replay(trace);
  expect([n, t]).toEqual([trace.n, trace.t]);
  expect(report.verdict).toBe(trace.verdict);
  expect(report.decidedAt).toBe(trace.verdict === 'rollback' ? trace.t : report.decidedAt);
  const evidence = [report.logE, ...report.metrics.map((metric) => metric.logE), ...path.flat()];
  const expected = [trace.logE, trace.errors, trace.latency, ...trace.path.flat()];
  expect(evidence.length).toBe(expected.length);
  for (const [i, value] of evidence.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 9);
});
