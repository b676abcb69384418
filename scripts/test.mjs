// npm test: sets up what the tests need, builds, runs every suite; arguments go to Vitest (path filters, -t).
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, seconds, tool } from './lib/run.mjs';
import { preparePackages } from './lib/system-packages.mjs';

const NOTHING_RAN = { passed: 0, failed: 1, skipped: [] };

/** Counts come from our reporter; without its file Vitest itself broke, which is a failure. */
async function runVitest(filters) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-test-'));
  const file = join(folder, 'counts.json');
  try {
    const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/lib/count-reporter.mjs')}`];
    const { code } = await run([tool('vitest'), 'run', ...reporters, ...filters], {
      env: { BELAY_TEST_COUNTS: file },
      show: true,
    });
    const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NOTHING_RAN;
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const started = performance.now();
const missing = await preparePackages();
const build = await run([process.execPath, 'scripts/build.mjs'], { show: true });
const { passed, failed, skipped } = build.code === 0 ? await runVitest(process.argv.slice(2)) : NOTHING_RAN;

for (const name of missing) console.log(`Missing: ${name}. What needs it is not run.`);
for (const test of skipped) console.log(`not run: ${test}`);
console.log(`in ${seconds(performance.now() - started)}`);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
