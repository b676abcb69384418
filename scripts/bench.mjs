// npm run bench: runs bench/*.ts one after the other, a table for each; words filter by name, --json for one object, other --options go to the benches.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, seconds } from './lib/run.mjs';
import { table } from './lib/table.mjs';

const args = process.argv.slice(2);
const json = args.includes('--json');
const options = args.filter((word) => word.startsWith('--') && word !== '--json');
const words = args.filter((word) => !word.startsWith('--'));
const folder = join(root, 'bench');
const names = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((name) => name.endsWith('.ts') && (words.length === 0 || words.some((word) => name.includes(word))))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();

if (names.length === 0) {
  console.error(words.length === 0 ? 'There is no bench in bench/.' : `No bench is named like ${words.join(' or ')}.`);
  process.exit(2);
}

const results = {};
for (const name of names) {
  const { code, output, ms } = await run([
    process.execPath,
    'scripts/lib/bench-child.mjs',
    join(folder, `${name}.ts`),
    ...options,
  ]);
  if (code !== 0) {
    console.error(`▲ ${name} failed\n${output}`);
    process.exitCode = 1;
    continue;
  }
  results[name] = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  if (!json) console.log(`${results[name].title}  (${name}, ${seconds(ms)})\n\n${table(results[name].rows)}\n`);
}
if (json) console.log(JSON.stringify(results, null, 2));
