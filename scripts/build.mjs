// npm run build: the library and its types by tsc, the command line and the dashboard by Vite, swapped into dist at once.
import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, seconds, tool } from './lib/run.mjs';
import { sourceHash } from './lib/source-hash.mjs';

const EXTERNAL = ['belayctl', 'libsql', 'pg', 'jiti', 'libpg-query', '@faker-js/faker'];
const dist = join(root, 'dist');
const next = join(root, `.dist-${process.pid}`);
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** The library: one file in, one file out. @throws Error with the compiler's complaints */
async function buildLibrary() {
  const { code, output } = await run([tool('tsc'), '-p', 'tsconfig.build.json', '--outDir', next]);
  if (code !== 0) throw new Error(output || `tsc ended with ${code}`);
}

/** commander loads child_process for a feature that we do not use; it costs a fifth of Node's own start. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  transform(code, id) {
    if (!id.endsWith('/commander/lib/command.js')) return null;
    const eager = "const childProcess = require('node:child_process');";
    if (!code.includes(eager)) throw new Error('commander no longer loads child_process as it did: look again');
    return { code: code.replace(eager, 'const childProcess = null;'), map: null };
  },
};

/** The command line: one entry, a chunk per dynamically imported command, all in one folder as in src/cli. */
async function buildCommandLine() {
  const { build: bundle } = await import('vite');
  await bundle({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { __BELAY_VERSION__: JSON.stringify(version) },
    ssr: { noExternal: true, external: EXTERNAL },
    plugins: [lazyChildProcess],
    build: {
      ssr: true,
      outDir: join(next, 'cli'),
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'node20',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      // `program` on its own is what the generated documentation is made from.
      rolldownOptions: {
        input: { main: 'src/cli/main.ts', program: 'src/cli/program.ts' },
        output: {
          // CommonJS: starting Node's module loader costs a third of Node's own start.
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: '[name]-[hash].cjs',
          // What four chunks or more share goes into one file: `belay status` opens 12 instead of 36.
          codeSplitting: { groups: [{ name: 'shared', test: /\/src\//, minShareCount: 4 }] },
        },
      },
    },
  });
}

/** The dashboard's pages, by their own configuration, into the same folder. */
async function buildDashboard() {
  const { build: bundle } = await import('vite');
  const configFile = join(root, 'dashboard/vite.config.ts');
  await bundle({ configFile, logLevel: 'warn', build: { outDir: join(next, 'dashboard') } });
}

/** A chunk that needs something of the entry would start the command line a second time. @throws Error naming it */
async function refuseEntryAsChunk() {
  const folder = join(next, 'cli');
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.cjs'))) {
    const text = await readFile(join(folder, file), 'utf8');
    if (text.includes('require("./main.cjs")')) throw new Error(`${file} needs something that only main.ts imports`);
  }
}

/** tsc has no `define`: the version goes into the few files of the library that ask for it. */
async function stampVersion() {
  const files = await readdir(next, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.js') && !name.startsWith('cli'))) {
    const path = join(next, file);
    const text = await readFile(path, 'utf8');
    if (text.includes('__BELAY_VERSION__'))
      await writeFile(path, text.replaceAll('__BELAY_VERSION__', JSON.stringify(version)));
  }
}

/** Whoever starts `belay` meanwhile sees the old dist or the new one. */
async function swapIn() {
  const old = `${next}.old`;
  if (existsSync(dist)) await rename(dist, old);
  await rename(next, dist);
  await rm(old, { recursive: true, force: true });
}

const started = performance.now();
const stamp = join(dist, '.build');
const hash = await sourceHash();
if (!process.argv.includes('--force') && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
  console.log('dist is up to date');
} else {
  try {
    // All to their end, so that none writes into a folder that is being removed.
    const results = await Promise.allSettled([buildLibrary(), buildCommandLine(), buildDashboard()]);
    const complaints = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : []));
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    await stampVersion();
    await refuseEntryAsChunk();
    await writeFile(join(next, '.build'), hash);
    await swapIn();
    console.log(`built dist in ${seconds(performance.now() - started)}`);
  } catch (error) {
    console.error(`The build failed; dist is as before.\n${error.message}`);
    process.exitCode = 1;
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}
