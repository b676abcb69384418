// npm run test:matrix: the test suite with each supported Node; `--only 22` for one line; other arguments go to npm test.
import { delimiter } from 'node:path';
import { nodeRuntime, VERSIONS } from './lib/node-runtimes.mjs';
import { run, seconds } from './lib/run.mjs';

const args = process.argv.slice(2);
const only = args.indexOf('--only');
const wanted = only === -1 ? '' : (args.splice(only, 2)[1] ?? '');
const versions = VERSIONS.filter((version) => `${version}.`.startsWith(wanted === '' ? '' : `${wanted}.`));
if (versions.length === 0) {
  console.error(`No Node ${wanted} in the matrix: ${VERSIONS.join(', ')}`);
  process.exit(2);
}

async function testWith(version) {
  const bin = await nodeRuntime(version);
  const PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  const { code, output, ms } = await run(['node', 'scripts/test.mjs', ...args], { env: { PATH } });
  if (code !== 0) console.error(output);
  return { version, result: output.trimEnd().split('\n').at(-1), time: seconds(ms), code };
}

const rows = [];
for (const version of versions) rows.push(await testWith(version));
for (const { version, result, time, code } of rows)
  console.log(`${code === 0 ? '●' : '▲'} Node ${version.padEnd(9)} ${time.padStart(8)}  ${result}`);
process.exitCode = rows.every((row) => row.code === 0) ? 0 : 1;
