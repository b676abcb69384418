import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
/** Real kills and real load on a machine that others use: up to twice more in CI, where the reporter says that it was needed. */
const retry = process.env.CI ? 2 : 0;
const define = { __BELAY_VERSION__: JSON.stringify(version) };
const shared = { testTimeout: 180_000, hookTimeout: 120_000, pool: 'forks' as const };

const cores = Math.max(2, availableParallelism());
/** After the rest, and more at a time: they wait for other processes most of their time. */
const waiting = { retry, maxWorkers: cores + 2, sequence: { groupOrder: 1 } };

/** Begun last, each of these would keep everybody waiting. By their times in CI, longest first. */
const LONGEST = [
  'simulation/simulation',
  'emulators/convex-cli',
  'schema/postgres-truth',
  'simulation/mutants',
  'convex/contract',
  'environments/staging',
  'e2e/platform-demo',
  'bad-days/canary',
  'bad-days/store-gone',
  'crash/convex-vercel',
  'crash/command-killed',
  'bad-days/application',
  'stores/disk',
  'commands/github-actions',
  'commands/schema',
  'data/sqlite-kill',
  'data/postgres-kill',
  'bad-days/records',
  'bad-days/convex-vercel',
  'crash/migration-killed',
  'bad-days/signals',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    // One more than cores: every other test waits for a server.
    maxWorkers: cores + 1,
    sequence: { sequencer: LongestFirst },
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
