// The simulation of the engine at length: `node scripts/simulate.mjs --seeds 2000000 --from 0`; `--seed N` replays one and prints its trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { root, seconds } from './lib/run.mjs';

const PAGE = 10_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    profile: { type: 'string' },
    failures: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const profile = values.profile === undefined ? {} : { profile: values.profile };

/** As in `test/simulation/bundle.ts`, which plain Node cannot read. */
async function bundleInto(file) {
  const light = join(root, 'test/simulation/light-abort.ts');
  const inject = { AbortController: [light, 'LightAbortController'], AbortSignal: [light, 'LightAbortSignal'] };
  const input = join(root, 'test/simulation/main.ts');
  const bundle = await rolldown({ input, platform: 'node', transform: { inject } });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return import(pathToFileURL(file).href);
}

async function replay({ simulate }) {
  const { violations, lines } = await simulate(Number(values.seed), { ...profile, tracing: true });
  console.log(lines.join('\n'));
  console.log(violations.length === 0 ? 'no violation' : JSON.stringify(violations, null, 2));
  return violations.length;
}

async function explore({ simulateInParallel }) {
  const started = performance.now();
  const [from, count, enough] = [Number(values.from), Number(values.seeds), Number(values.failures)];
  let [done, failures] = [0, 0];
  while (done < count && failures < enough) {
    const page = { from: from + done, count: Math.min(PAGE, count - done), enough: enough - failures, ...profile };
    const { runs, failed, counts } = await simulateInParallel(page, Number(values.threads));
    done += runs;
    failures += failed.length;
    for (const { seed, profile: of, violations } of failed) {
      console.log(`seed ${seed} (${of}): ${violations[0].rule}: ${violations[0].what}`);
      console.log(`  node scripts/simulate.mjs --seed ${seed} --profile ${of}`);
    }
    for (const [name, times] of counts) console.log(`${name}: ${times}`);
    const took = performance.now() - started;
    console.log(`${done} seeds, ${failures} failed, in ${seconds(took)}: ${Math.round((done / took) * 1_000)} seeds/s`);
  }
  return failures;
}

const folder = mkdtempSync(join(tmpdir(), 'belay-simulation-'));
try {
  const simulation = await bundleInto(join(folder, 'simulation.mjs'));
  process.exitCode = (await (values.seed === undefined ? explore(simulation) : replay(simulation))) === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
