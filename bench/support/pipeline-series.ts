/** Durations of a made-up pipeline: twelve steps, one of which may get slower from some deployment on. */
import { openedFacts } from '../../src/metrics/deployment-facts.ts';
import type { JournalEvent } from '../../src/core/events.ts';
import { periodOf } from '../../src/metrics/period.ts';
import { regressionsOf } from '../../src/metrics/regressions.ts';
import { createStepSeries, type StepSeries } from '../../src/metrics/step-series.ts';
import type { Random } from '../canary/random.ts';

/** How the durations of one step vary. */
export interface Shape {
  readonly name: string;
  /** Standard deviation of the logarithm: 0.15 is what a quiet builder shows, 0.3 a busy one. */
  readonly spread: number;
  /** Share of deployments whose step is cached, and takes a fifth of the time. */
  readonly cached?: number;
  /** Whether being cached comes in runs: this probable to stay as it was the last time. */
  readonly sticky?: number;
  /** Share of deployments that take ten times as long. */
  readonly outliers?: number;
}

export const STEPS = 12;
const MINUTE = 60_000;
const MEDIAN_SECONDS = 60;

const OPENED = {
  kind: 'deployment.opened',
  environment: 'production',
  deployment: 'd-1',
  actor: 'mia',
  at: '2026-01-01T00:00:00.000Z',
  data: { kind: 'deploy', format: 1, tool: 'belay', release: 'r-1', source: { commit: 'c' }, strategy: 'blue-green' },
} as unknown as JournalEvent & { kind: 'deployment.opened' };
const FACTS = openedFacts(OPENED, (text) => text);

export interface Pipeline {
  /** One more deployment; steps take `factor` times as long as the first ones did, the first step only if asked. */
  deploy(factor: number): void;
  /** Keys of the series that are told to have become slower. */
  look(): readonly string[];
}

function createStep(shape: Shape, random: Random): () => number {
  const { spread, cached = 0, sticky, outliers = 0 } = shape;
  let isCached = random.uniform() < cached;
  return () => {
    const draws = sticky === undefined || random.uniform() > sticky;
    if (draws) isCached = random.uniform() < cached;
    const outlier = random.uniform() < outliers ? 10 : 1;
    return MEDIAN_SECONDS * (isCached ? 0.2 : 1) * outlier * Math.exp(spread * random.normal());
  };
}

export function createPipeline(shape: Shape, random: Random): Pipeline {
  let count = 0;
  const steps = Array.from({ length: STEPS }, (_, index): { series: StepSeries; take: () => number } => {
    const name = {
      environment: 'production',
      way: 'deploy',
      step: `step-${index}`,
      target: 'web',
      stage: null,
    } as const;
    return { series: createStepSeries(name), take: createStep(shape, random) };
  });
  return {
    deploy(factor) {
      count += 1;
      for (const [index, { series, take }] of steps.entries())
        series.push(count * MINUTE, take() * (index === 0 ? factor : 1), FACTS);
    },
    look() {
      const series = steps.map((one) => one.series);
      return regressionsOf(series, periodOf(0, (count + 1) * MINUTE)).map((one) => one.series);
    },
  };
}
