/** What is evidence for a stage: requests whose release was drawn by the share of that stage, and no others. */
import { expect, test } from 'vitest';
import { createAnalyser } from '../../analysis/analyser.ts';
import type { AnalysisOptions } from '../../analysis/analysis.ts';
import type { Observation } from '../../routers/router.ts';
import { createSource } from './sources.ts';

const OPTIONS: AnalysisOptions = {
  alpha: 0.01,
  beta: 0.05,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  latency: null,
  history: { ratePerSecond: 50, quantilesMs: null },
  grace: null,
};
const NOON = Date.UTC(2026, 0, 1, 12);

/** A request that ended `at` milliseconds after noon and took `ms`. */
function request(at: number, release: 'old' | 'new', { status = 200, ms = 0.5 } = {}): Observation {
  return { at: NOON + at, release, status, ms, client: null };
}

/** Requests of both releases, one a millisecond, that end in [from, to). */
function served(from: number, to: number, newStatus = 200): readonly Observation[] {
  return Array.from({ length: to - from }, (_, i) =>
    i % 2 === 0 ? request(from + i, 'old') : request(from + i, 'new', { status: newStatus }),
  );
}

/** A router that is asked again and again; each look is what ended since the one before. */
function sourceOf(looks: readonly (readonly Observation[])[]) {
  let asked = 0;
  const source = createSource({
    name: 'web',
    arms: { canary: 'new', stable: 'old' },
    analyser: createAnalyser(OPTIONS),
    before: null,
    startProbing: () => undefined,
    read: async () => {
      const items = looks[asked++] ?? [];
      return { cursor: asked, reading: { kind: 'requests', items, missed: 0 } };
    },
  });
  return { ...source, counted: () => source.report().canary.requests + source.report().stable.requests };
}

test('requests drawn before a stage are no evidence: its first look is left out, however bad it was', async () => {
  const source = sourceOf([served(0, 400, 500), served(400, 420)]);
  source.enterStage(0.25);
  expect(await source.read(0)).toBe(false);
  expect(source.report()).toMatchObject({ verdict: 'undecided', canary: { requests: 0, bad: 0 } });
  expect(await source.read(0)).toBe(true);
  expect(source.report()).toMatchObject({ canary: { requests: 10, bad: 0 }, stable: { requests: 10 } });
});

test('a slow request that began before the stage is no evidence either, whenever it ends', async () => {
  const slow = request(5_000, 'new', { status: 504, ms: 4_900 });
  const quick = request(5_001, 'new', { status: 500, ms: 4_701 });
  const source = sourceOf([served(0, 300), [slow, quick]]);
  source.enterStage(0.25);
  await source.read(0);
  await source.read(0);
  expect(source.report().canary).toEqual({ requests: 1, bad: 1 });
});

test('looks at which nothing was seen leave the time of the router unknown: the first with requests is left out', async () => {
  const source = sourceOf([[], [], served(0, 100), served(100, 130)]);
  source.enterStage(0.25);
  for (let look = 0; look < 3; look += 1) expect(await source.read(0)).toBe(false);
  await source.read(0);
  expect(source.counted()).toBe(30);
});

test('each stage begins so: what was gathered before stays, what the old share drew is left out', async () => {
  const source = sourceOf([served(0, 10), served(10, 50), served(50, 200, 500), served(200, 220)]);
  source.enterStage(0.05);
  await source.read(0);
  await source.read(0);
  expect(source.counted()).toBe(40);
  source.enterStage(0.5);
  await source.read(0);
  expect(source.counted()).toBe(40);
  await source.read(0);
  expect(source.report()).toMatchObject({ canary: { requests: 30, bad: 0 }, stable: { requests: 30 } });
});
