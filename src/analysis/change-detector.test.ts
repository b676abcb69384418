/** After the release has all the traffic: quiet for weeks, awake within seconds. */
import { expect, test } from 'vitest';
import { createChangeDetector } from './change-detector.ts';

const OPTIONS = { normalRate: 0.015, secondsBetweenFalseAlarms: 30 * 86_400 };

function createRandom(seed: number): () => number {
  let x = seed;
  return () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  };
}

/** Seconds from the change to the alarm at 50 requests a second; null without one in half an hour. */
function delayOf(times: number, seed: number): number | null {
  const [detector, random] = [createChangeDetector(OPTIONS), createRandom(seed)];
  for (let i = 0; i < 50 * 2400; i += 1) {
    const t = i / 50;
    detector.observe({ t, bad: random() < 0.01 * (t >= 600 ? times : 1) });
    const { alarmAt } = detector.report();
    if (alarmAt !== null) return alarmAt - 600;
  }
  return null;
}

test('a rise of the error rate is told within seconds, and not before it happened', () => {
  const delays = [1, 2, 3, 4, 5].map((seed) => delayOf(5, seed) ?? Infinity).toSorted((a, b) => a - b);
  expect(delays[0]).toBeGreaterThan(0);
  expect(delays[2]).toBeLessThan(25);
  expect(delayOf(20, 6)).toBeLessThan(6);
});

test('a day of normal traffic raises no alarm', () => {
  const [detector, random] = [createChangeDetector(OPTIONS), createRandom(7)];
  for (let second = 0; second < 86_400; second += 10) {
    let bad = 0;
    for (let i = 0; i < 500; i += 1) if (random() < 0.01) bad += 1;
    detector.count({ t: second, requests: 500, bad });
  }
  expect(detector.report().alarmAt).toBeNull();
});

test('the mean of what it holds never exceeds the time it has watched', () => {
  // Exactly, over all outcomes of three batches of two requests at the highest normal rate.
  let mean = 0;
  for (let outcome = 0; outcome < 27; outcome += 1) {
    const detector = createChangeDetector({ ...OPTIONS, normalRate: 0.2 });
    detector.count({ t: 0, requests: 0, bad: 0 });
    let chance = 1;
    for (const [i, bad] of [outcome % 3, Math.floor(outcome / 3) % 3, Math.floor(outcome / 9)].entries()) {
      chance *= [0.64, 0.32, 0.04][bad] ?? 0;
      detector.count({ t: 10 * (i + 1), requests: 2, bad });
    }
    mean += chance * Math.exp(detector.report().logE);
  }
  expect(mean).toBeCloseTo(30, 6);
});

test('requests and scrapes of them tell the same, also after a restart', () => {
  const random = createRandom(8);
  const byRequest = createChangeDetector(OPTIONS);
  let byCount = createChangeDetector(OPTIONS);
  byCount.count({ t: 0, requests: 0, bad: 0 });
  for (let batch = 0; batch < 20; batch += 1) {
    let bad = 0;
    for (let i = 0; i < 64; i += 1) {
      const failed = random() < 0.03;
      if (failed) bad += 1;
      byRequest.observe({ t: batch + i / 63, bad: failed });
    }
    byCount = createChangeDetector(OPTIONS, structuredClone(byCount.state()));
    byCount.count({ t: batch + 1, requests: 64, bad });
  }
  expect(byCount.report()).toEqual(byRequest.report());
});

test('numbers that cannot be are refused by name', () => {
  const detector = createChangeDetector(OPTIONS);
  expect(() => detector.observe({ t: Number.NaN, bad: false })).toThrow('t must be');
  expect(() => detector.count({ t: 0, requests: 1, bad: 2 })).toThrow('bad must be');
  expect(() => createChangeDetector({ ...OPTIONS, normalRate: 0 })).toThrow('normalRate must be');
});
