// The simulation of the engine at length: `node scripts/simulate.mjs --seeds 2000000 --from 0`; `--seed N` replays one and prints its trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { root, seconds } from './lib/run.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    profile: { type: 'string' },
    failures: { type: 'string', default: '1' },
  },
});
const profile = values.profile === undefined ? {} : { profile: values.profile };

const folder = mkdtempSync(join(tmpdir(), 'belay-simulation-'));
const file = join(folder, 'simulation.mjs');
const light = join(root, 'test/simulation/light-abort.ts');
const inject = { AbortController: [light, 'LightAbortController'], AbortSignal: [light, 'LightAbortSignal'] };
const input = join(root, 'test/simulation/main.ts');
const bundle = await rolldown({ input, platform: 'node', transform: { inject } });
await bundle.write({ file, format: 'esm' });
await bundle.close();
const { simulate, simulateMany } = await import(pathToFileURL(file).href);
rmSync(folder, { recursive: true });

if (values.seed !== undefined) {
  const { violations, lines } = await simulate(Number(values.seed), { ...profile, tracing: true });
  console.log(lines.join('\n'));
  console.log(violations.length === 0 ? 'no violation' : JSON.stringify(violations, null, 2));
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const started = performance.now();
  const seen = (done) => {
    if (done % 50_000 === 0) console.log(`${done} seeds in ${seconds(performance.now() - started)}`);
  };
  const enough = Number(values.failures);
  const { runs, failed, counts } = await simulateMany(Number(values.from), Number(values.seeds), {
    ...profile,
    enough,
    seen,
  });
  const took = performance.now() - started;
  for (const { seed, profile: of, violations } of failed) {
    console.log(`seed ${seed} (${of}): ${violations[0].rule}: ${violations[0].what}`);
    console.log(`  node scripts/simulate.mjs --seed ${seed} --profile ${of}`);
  }
  for (const [name, times] of counts) console.log(`${name}: ${times}`);
  console.log(`${runs} seeds, ${failed.length} failed, ${Math.round((runs / took) * 1_000)} seeds/s`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
