/** Changes of level: found where they are, with the p-value that counting gives, and not found where there are none. */
import { expect, test } from 'vitest';
import { changePoint, doubledRanks } from './change-point.ts';
import { openedFacts } from './deployment-facts.ts';
import { comparable } from './humps.ts';
import { periodOf } from './period.ts';
import { quantiles } from './quantile.ts';
import { lastChange, regressionsOf } from './regressions.ts';
import { createStepSeries } from './step-series.ts';
import { journalOf } from '../../test/support/written-history.ts';

/** From 0 to 1, the same every time. */
function createNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const around = (level: number, count: number, noise: () => number): number[] =>
  Array.from({ length: count }, () => level * (0.9 + 0.2 * noise()));

test('quantiles are those of the sorted values', () => {
  const noise = createNoise(7);
  for (const size of [1, 2, 3, 10, 101]) {
    const values = Array.from({ length: size }, () => Math.round(noise() * 20));
    const sorted = values.toSorted((a, b) => a - b);
    const shares = [0, 0.25, 0.5, 0.95, 1];
    const expected = shares.map((share) => {
      const place = share * (size - 1);
      const [low = 0, high = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
      return low + (place % 1) * (high - low);
    });
    quantiles(Float64Array.from(values), shares).forEach((found, index) =>
      expect(found).toBeCloseTo(expected[index] ?? 0),
    );
  }
});

test('equal values share their rank', () => {
  expect([...doubledRanks([5, 1, 5, 9])]).toEqual([5, 2, 5, 8]);
});

test('a clear change is found at its place, and the chance that it is none is small', () => {
  const noise = createNoise(1);
  const change = changePoint([...around(60, 30, noise), ...around(80, 12, noise)]);
  expect(change?.at).toBe(30);
  expect(change?.p).toBeLessThan(1e-4);
  // Eight below five: two of 1,287 ways at one place, looked for at one place.
  const few = changePoint([1, 2, 3, 4, 5, 6, 7, 8, 91, 92, 93, 94, 95]);
  expect(few?.at).toBe(8);
  expect(few?.p).toBeGreaterThan(2 / 1_287);
  expect(few?.p).toBeLessThan(0.005);
  // So few behind it that one more would be needed.
  expect(changePoint([...around(60, 30, noise), ...around(80, 4, noise)])?.at).not.toBe(30);
  expect(changePoint(around(60, 12, noise))).toBeNull();
  expect(changePoint(Array.from({ length: 40 }, () => 7))).toBeNull();
});

test('among values that do not change, at most one in a hundred looks finds anything', () => {
  const noise = createNoise(2);
  let found = 0;
  for (let look = 0; look < 600; look++) if (lastChange(around(60, 20 + (look % 40), noise), 0.01)) found += 1;
  expect(found).toBeLessThanOrEqual(9);
});

test('slower and quick again is no change that is still in force', () => {
  const noise = createNoise(3);
  const bump = [...around(60, 25, noise), ...around(120, 20, noise), ...around(60, 25, noise)];
  const last = lastChange(bump);
  expect(last?.at).toBe(45);
  expect(lastChange(bump.slice(0, 45))?.at).toBe(25);
});

test('of two humps that take turns the larger is looked at; a change for good is no hump, nor is an outlier', () => {
  const taking = [60, 12, 61, 62, 11, 63, 12, 64, 60, 13, 61, 62];
  expect(comparable(taking)).toEqual([0, 2, 3, 5, 7, 8, 10, 11]);
  const inRuns = [60, 61, 62, 63, 12, 11, 12, 64, 60, 61, 62, 63];
  expect(comparable(inRuns)).toHaveLength(9);
  const slower = [10, 11, 10, 12, 10, 11, 40, 41, 42, 40, 41, 43];
  expect(comparable(slower)).toHaveLength(12);
  const outlier = [10, 11, 90, 12, 10, 11, 40, 41, 42, 40, 41, 43];
  expect(comparable(outlier)).toHaveLength(12);
});

test('what got slower is told with its release, how sure that is, and how many steps were looked at', () => {
  const noise = createNoise(4);
  const history = Array.from({ length: 60 }, (_, number) => ({
    id: `d-${number}`,
    opened: '02 09:00',
    commit: number.toString(16).padStart(40, 'a'),
    and: [],
  }));
  const facts = journalOf(history).map((event) => {
    if (event.kind !== 'deployment.opened') throw new Error('only openings were written');
    return openedFacts(event, (text) => text);
  });
  const steps = ['stage', 'start', 'soak'].map((step) =>
    createStepSeries({ environment: 'production', way: 'deploy', step, target: 'web', stage: null }),
  );
  for (const [number, deployment] of facts.entries()) {
    for (const series of steps) {
      const slower = series.step !== 'start' && number >= 40 ? 1.5 : 1;
      series.push(number * 60_000, (around(60, 1, noise)[0] ?? 0) * slower, deployment);
    }
  }
  const [found, ...others] = regressionsOf(steps, periodOf(0, 1e12));
  // A soak lasts as long as it is configured to.
  expect(others).toEqual([]);
  expect(found).toMatchObject({ step: 'stage', deployment: 'd-40', nBefore: 40, nAfter: 20, lookedAt: 2 });
  expect(found?.text).toMatch(
    /^stage on web \(production\) got \d\d % slower from release a{7} on: median .*, p < 0\.001, n = 40 \+ 20$/,
  );
  // A hundred more that are looked at make it less sure, each by the same.
  const quiet = Array.from({ length: 100 }, (_, number) => {
    const series = createStepSeries({
      environment: 'production',
      way: 'deploy',
      step: `q${number}`,
      target: null,
      stage: null,
    });
    for (const [place, deployment] of facts.entries())
      series.push(place * 60_000, 60 * (0.9 + 0.2 * noise()), deployment);
    return series;
  });
  const [less] = regressionsOf([...steps, ...quiet], periodOf(0, 1e12));
  expect((less?.p ?? 0) / (found?.p ?? 1)).toBeCloseTo(51);
  // Before it happened there was nothing to tell.
  expect(regressionsOf(steps, periodOf(0, 40 * 60_000))).toEqual([]);
});
