/** The real engine against thousands of worlds of faults: whatever happens, its promises hold. */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSimulation, type Simulation } from './bundle.ts';
import { repeated } from '../support/repeated.ts';

/** `BELAY_SEEDS=2000000` for a long night. */
const SEEDS = Number(process.env['BELAY_SEEDS'] ?? repeated(2_000));
/** Milliseconds; generous, for a machine that is shared. */
const PER_SEED = 100;

let simulation: Simulation;
beforeAll(async () => {
  simulation = await loadSimulation();
});
afterAll(() => simulation.dispose());

test(`G1 to G14 and G18 hold in ${SEEDS} seeds of faults`, { timeout: 60_000 + SEEDS * PER_SEED }, async () => {
  const started = performance.now();
  const share = { from: 0, count: SEEDS };
  const { runs, failed, counts } = await simulation.simulateInParallel(share, Math.min(4, availableParallelism()));
  const [first] = failed;
  const replay = `node scripts/simulate.mjs --seed ${first?.seed} --profile ${first?.profile}`;
  expect(first?.violations, `seed ${first?.seed} breaks a promise; replay it with: ${replay}`).toBeUndefined();
  expect(runs).toBe(SEEDS);
  // A process that is stopped between its check and its sending cannot be held back where fences are not enforced.
  const late = counts.get('late effect of a process that was stopped') ?? 0;
  expect(late / runs, 'late effects that no lock can prevent').toBeLessThan(0.02);
  const pace = Math.round((runs / (performance.now() - started)) * 1_000);
  process.stdout.write(`${runs} seeds, ${pace} seeds/s, ${late} late effects\n`);
});

test('a seed gives the same run every time', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7]) {
    const once = await simulation.simulate(seed, { tracing: true });
    const again = await simulation.simulate(seed, { tracing: true });
    expect(once.lines.length).toBeGreaterThan(20);
    expect(again.lines).toEqual(once.lines);
  }
});
