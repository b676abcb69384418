/** Canaries as people write them: what is filled in, and what is refused with the place and the reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProblem } from '../core/errors.ts';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-strategy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(strategy: string) {
  const target = 'targets: { web: { type: local, start: node server.js, port: 8080 } }';
  writeFileSync(
    join(folder, 'belay.yml'),
    `app: shop\nenvironments:\n  production:\n    ${target}\n    strategy: ${strategy}\n`,
  );
  return loadConfig({ cwd: folder, env: readEnvironment({}), flags: {} });
}

async function complaint(strategy: string): Promise<string> {
  const thrown: unknown = await load(strategy).catch((error: unknown) => error);
  return isProblem(thrown) ? [thrown.message, ...thrown.details].join('\n') : `loaded: ${JSON.stringify(thrown)}`;
}

test('the name alone is a whole canary', async () => {
  const { config } = await load('canary');
  const strategy = config.environments['production']?.strategy;
  expect(strategy?.type).toBe('canary');
  if (strategy?.type !== 'canary') return;
  expect(strategy.settings.stages.map(({ share }) => share)).toEqual([0.05, 0.25, 0.5]);
  expect(strategy.settings.judge).toMatchObject({ alpha: 0.01, grace: { seconds: 30, tolerance: 8 } });
});

test('every stage may have times of its own, 100% is no stage, and a part may be held back', async () => {
  const { config } = await load(
    '{ type: canary, steps: [1%, { share: 10%, hold: 5m, maxHold: 20m }, 100%], hold: 1m, latency: false, grace: { time: 0s }, holdBack: { time: 10m } }',
  );
  const strategy = config.environments['production']?.strategy;
  expect(strategy?.type === 'canary' && strategy.settings.stages).toEqual([
    { share: 0.01, minMs: 60_000, maxMs: 600_000, holdBack: false },
    { share: 0.1, minMs: 300_000, maxMs: 1_200_000, holdBack: false },
    { share: 0.95, minMs: 600_000, maxMs: 600_000, holdBack: true },
  ]);
  expect(strategy?.type === 'canary' && strategy.settings.judge).toMatchObject({ latency: null, grace: null });
});

describe('is refused', () => {
  test.each([
    ['shares that do not ascend', '{ type: canary, steps: [25%, 5%] }', /steps.*5 % is not above 25 %/],
    ['a share of nothing', '{ type: canary, steps: [0%, 5%] }', /0 % is not above 0%/],
    ['a share above all', '{ type: canary, steps: [150%] }', /expected a share/],
    ['all traffic as the only share', '{ type: canary, steps: [100%] }', /needs a share below 100%/],
    ['a misspelt key', '{ type: canary, stpes: [5%] }', /did you mean "?steps/],
    ['certainty', '{ type: canary, alpha: 0% }', /alpha.*above 0%/],
    ['a goal below what is tolerated', '{ type: canary, errors: { tolerance: 3 } }', /promoteBelow.*above tolerance/],
    [
      'holding back more than the last share leaves',
      '{ type: canary, holdBack: { share: 60%, time: 1m } }',
      /holdBack/,
    ],
  ])('%s', async (_, strategy, told) => {
    expect(await complaint(strategy)).toMatch(told);
  });
});
