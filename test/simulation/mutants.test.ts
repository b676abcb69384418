/** Each rule of the engine is needed: with any one of them broken, the simulation finds out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSimulation, type Simulation } from './bundle.ts';
import { MUTANTS } from './mutants.ts';

/** Seeds within which a mutant is caught, unless it says otherwise. */
const SEEDS = 500;

let unbroken: Simulation;
const caught: string[] = [];

beforeAll(async () => {
  unbroken = await loadSimulation();
});
afterAll(() => unbroken.dispose());

for (const { name, patch, profile, seeds = SEEDS, from = 0 } of MUTANTS) {
  test(`is caught: ${name}`, { timeout: 120_000 }, async () => {
    const { simulateMany, dispose } = await loadSimulation([patch]);
    dispose();
    const { runs, failed } = await simulateMany({ from, count: seeds, ...(profile ? { profile } : {}) });
    const [first] = failed;
    expect(first, `no promise was broken in ${runs} seeds`).toBeDefined();
    // It is the broken rule that shows, not something that the seed breaks anyway.
    const whole = first && (await unbroken.simulate(first.seed, { profile: first.profile }));
    expect(whole?.violations, `seed ${first?.seed} (${first?.profile}) fails without the mutant`).toEqual([]);
    caught.push(`${String(runs).padStart(5)} seeds  ${(first?.violations[0]?.rule ?? '').padEnd(22)} ${name}`);
  });
}

test('a patch whose text is no longer in the source fails loudly', async () => {
  const patch = { file: 'core/next.ts', find: 'this text is not there', put: '' };
  await expect(loadSimulation([patch])).rejects.toThrow('core/next.ts holds 0 times, not once');
});

test('every mutant is caught', () => {
  process.stdout.write(`${caught.join('\n')}\n`);
  expect(caught).toHaveLength(MUTANTS.length);
});
