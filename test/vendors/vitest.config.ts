/** The opt-in suite of `npm run test:vendors`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'vendors',
    include: ['test/vendors/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
