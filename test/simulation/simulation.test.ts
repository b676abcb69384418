/** The real engine against thousands of worlds of faults: whatever happens, its promises hold. */
import { expect, test } from 'vitest';
import { loadSimulation } from './bundle.ts';

/** `BELAY_SEEDS=2000000` for a long night. */
const SEEDS = Number(process.env['BELAY_SEEDS'] ?? 10_000);

test(`holds G1 to G14 and G18 in ${SEEDS} seeds of faults`, { timeout: 60_000 + SEEDS * 30 }, async () => {
  const { simulateMany } = await loadSimulation();
  const started = performance.now();
  const { runs, failed, counts } = await simulateMany(0, SEEDS);
  const [first] = failed;
  const replay = first && `node scripts/simulate.mjs --seed ${first.seed} --profile ${first.profile}`;
  expect(first?.violations, `seed ${first?.seed} breaks a promise; replay it with: ${replay}`).toBeUndefined();
  expect(runs).toBe(SEEDS);
  // A process that is stopped between its check and its sending cannot be held back where fences are not enforced.
  const late = counts.get('late effect of a process that was stopped') ?? 0;
  expect(late / runs, 'late effects that no lock can prevent').toBeLessThan(0.01);
  process.stdout.write(
    `${runs} seeds, ${Math.round((runs / (performance.now() - started)) * 1_000)} seeds/s, ${late} late effects\n`,
  );
});

test('a seed gives the same run every time', async () => {
  const { simulate } = await loadSimulation();
  for (const seed of [1, 2, 3, 4, 5]) {
    const [once, again] = [await simulate(seed, { tracing: true }), await simulate(seed, { tracing: true })];
    expect(once.lines.length).toBeGreaterThan(20);
    expect(again.lines).toEqual(once.lines);
  }
});
