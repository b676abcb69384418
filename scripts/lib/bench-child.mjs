// Runs one bench from source in a process of its own; the last line of its output is the result as JSON.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';

globalThis.__BELAY_VERSION__ = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
const file = process.argv[2];
const { bench } = await createJiti(import.meta.url).import(pathToFileURL(file).href);
if (typeof bench?.run !== 'function') throw new Error(`${file} exports no \`bench\` with title and run()`);
const rows = await bench.run();
process.stdout.write(`\n${JSON.stringify({ title: bench.title, rows })}\n`);
