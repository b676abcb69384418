import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
/** Real kills and real load on a machine that others use: once more in CI, where the reporter says that it was needed. */
const retry = process.env.CI ? 1 : 0;
const define = { __BELAY_VERSION__: JSON.stringify(version) };
const shared = { testTimeout: 180_000, hookTimeout: 120_000, pool: 'forks' as const };

export default defineConfig({
  test: {
    // Most files wait for real processes: one worker a core, not one less.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      { define, test: { ...shared, name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000 } },
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
      { define, test: { ...shared, name: 'crash', retry, include: ['test/crash/**/*.test.ts'], testTimeout: 300_000 } },
      { define, test: { ...shared, name: 'e2e', retry, include: ['test/e2e/**/*.test.ts'], testTimeout: 180_000 } },
    ],
  },
});
