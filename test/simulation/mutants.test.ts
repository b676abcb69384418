/** Each rule of the engine is needed: with any one of them broken, the simulation finds out. */
import { expect, test } from 'vitest';
import { loadSimulation } from './bundle.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS = 500;

const caught: string[] = [];

for (const { name, patch, profile, seeds } of MUTANTS) {
  test(`is caught: ${name}`, { timeout: 120_000 }, async () => {
    const { simulateMany } = await loadSimulation([patch]);
    const { runs, failed } = await simulateMany(0, seeds ?? SEEDS, profile ? { profile } : {});
    const rule = failed[0]?.violations[0]?.rule;
    expect(rule, `no promise was broken in ${runs} seeds`).toBeDefined();
    caught.push(`${String(runs).padStart(5)} seeds  ${(rule ?? '').padEnd(22)} ${name}`);
  });
}

test('each of them by a rule that is written down', () => {
  process.stdout.write(`${caught.join('\n')}\n`);
  expect(caught).toHaveLength(MUTANTS.length);
});
