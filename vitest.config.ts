import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
/** Real kills and real load on a machine that others use: up to twice more in CI, where the reporter says that it was needed. */
const retry = process.env.CI ? 2 : 0;
const define = { __BELAY_VERSION__: JSON.stringify(version) };
const shared = { testTimeout: 180_000, hookTimeout: 120_000, pool: 'forks' as const };

const cores = Math.max(2, availableParallelism());
/** After the rest, and two more at a time: they wait for other processes four fifths of their time. */
const waiting = { retry, maxWorkers: cores + 2, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    // One worker a core, not one less: what is under load here must not wait for its turn.
    maxWorkers: cores,
    projects: [
      {
        define,
        // Pure code beside its source: a process for each file costs more than what runs in it.
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts'],
          testTimeout: 20_000,
          isolate: false,
        },
      },
      {
        define,
        test: {
          ...shared,
          name: 'integration',
          retry,
          include: ['test/**/*.test.ts'],
          exclude: ['test/crash/**', 'test/e2e/**', 'test/fixtures/**', 'test/vendors/**', '**/node_modules/**'],
        },
      },
      {
        define,
        test: { ...shared, name: 'crash', ...waiting, include: ['test/crash/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        define,
        test: { ...shared, name: 'e2e', ...waiting, include: ['test/e2e/**/*.test.ts'], testTimeout: 180_000 },
      },
    ],
  },
});
