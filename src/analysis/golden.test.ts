/** The numbers of the reference implementation (test/fixtures/analysis), to 1e-9. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logPgf } from './hypergeometric.ts';
import { createOddsKernel } from './odds-kernel.ts';
import { rankNorms } from './rank-tilt.ts';
import { createWealth } from './wealth.ts';

interface Golden {
  readonly log_pgf: readonly (readonly [number, number, number, number, number])[];
  readonly rank_norm: readonly (readonly [number, number, number, number])[];
  readonly error_e_process: {
    readonly psi: readonly number[];
    readonly prior: readonly number[];
    readonly share0: number;
    readonly slots: number;
    readonly slot_s: number;
    readonly 'steps[t_at_batch_start,N,nc,K,kc,logE_after]': readonly (readonly number[])[];
  };
}

const file = new URL('../../test/fixtures/analysis/golden_vectors.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

test.each(golden.log_pgf)('log E[psi^X] of N=%i, n_c=%i, K=%i at psi=%f', (requests, canary, bad, psi, expected) => {
  expect(Math.abs(logPgf(requests, canary, bad, psi) - expected)).toBeLessThan(1e-9);
});

test.each(golden.rank_norm)('rank norm of N=%i, lambda=%f, n_c=%i', (size, tilt, canary, expected) => {
  expect(Math.abs((rankNorms(size, tilt)[canary] ?? Number.NaN) - expected)).toBeLessThan(1e-9);
});

test('the e-process of errors, with capital released each minute', () => {
  const spec = golden.error_e_process;
  const wealth = createWealth(spec.prior, { initial: spec.share0, slots: spec.slots });
  const kernel = createOddsKernel(1, spec.psi);
  for (const row of spec['steps[t_at_batch_start,N,nc,K,kc,logE_after]']) {
    const [t = 0, requests = 0, canary = 0, bad = 0, canaryBad = 0, expected = 0] = row;
    wealth.release(Math.floor(t / spec.slot_s));
    wealth.bet(kernel.logRatios({ requests, canary, bad, canaryBad }));
    expect(Math.abs(wealth.logE() - expected)).toBeLessThan(1e-9);
  }
});
