// npm run test:vendors: the vendors' own command lines against the emulators. They are big, so they are installed apart, once,
// below node_modules/.cache; `--record` writes the requests that they sent into test/fixtures instead of comparing them.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tool } from './lib/run.mjs';

const source = join(root, 'test/vendors');
const cache = join(root, 'node_modules/.cache/belay-vendors');
const LOCK = 'package-lock.json';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

async function install() {
  const current = read(join(cache, LOCK)) === read(join(source, LOCK)) && existsSync(join(cache, 'node_modules'));
  if (current) return 0;
  mkdirSync(cache, { recursive: true });
  for (const file of ['package.json', LOCK]) cpSync(join(source, file), join(cache, file));
  const { code } = await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', cache], {
    show: true,
  });
  return code;
}

const args = process.argv.slice(2).filter((arg) => arg !== '--record');
const record = args.length < process.argv.length - 2;
process.exitCode = await install();
if (process.exitCode === 0) {
  const { code } = await run([tool('vitest'), 'run', '--config', 'test/vendors/vitest.config.ts', ...args], {
    env: { BELAY_VENDORS: join(cache, 'node_modules'), BELAY_RECORD: record ? '1' : '' },
    show: true,
  });
  process.exitCode = code;
}
