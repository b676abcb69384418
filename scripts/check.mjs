// npm run check: everything that needs no server, in parallel, one line per part; shows the output of what failed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, seconds, tool } from './lib/run.mjs';

const PARTS = {
  format: [tool('oxfmt'), '--check', '.'],
  lint: [tool('oxlint'), '--type-aware', '--deny-warnings'],
  types: [tool('tsc'), '-p', 'tsconfig.json'],
  dashboard: [tool('tsc'), '-p', 'dashboard/tsconfig.json'],
  tests: [tool('vitest'), 'run', '--project', 'unit', '--project', 'integration', 'src/', 'dashboard/', 'test/rules/'],
};
if (existsSync(join(root, 'scripts/docs.mjs'))) PARTS.docs = [process.execPath, 'scripts/docs.mjs', '--check'];

async function check(name, argv) {
  const { code, output, ms } = await run(argv);
  console.log(
    `${code === 0 ? '●' : '▲'} ${name.padEnd(9)} ${code === 0 ? 'ok    ' : 'failed'} ${seconds(ms).padStart(7)}`,
  );
  return code === 0
    ? []
    : [`\n── ${name}: ${argv.map((word) => word.replace(root, '')).join(' ')}\n${output.trimEnd()}`];
}

// `npm test` runs them as well: where both are run, once is enough.
if (process.argv.includes('--without-tests')) delete PARTS.tests;

const started = performance.now();
const failures = (await Promise.all(Object.entries(PARTS).map(([name, argv]) => check(name, argv)))).flat();
for (const failure of failures) console.error(failure);
console.log(
  `${failures.length === 0 ? 'All checks pass' : `${failures.length} failed`} in ${seconds(performance.now() - started)}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
