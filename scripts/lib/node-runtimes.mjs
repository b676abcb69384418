// Other versions of Node, from npm, kept in a cache folder inside node_modules.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** The oldest supported release of line 20, and the newest known of each line. */
export const VERSIONS = ['20.19.0', '20.20.2', '22.23.3', '24.21.0'];

/** Resolves to the folder with `node`, to be put first in the PATH. @throws Error when npm has no such version */
export async function nodeRuntime(version) {
  const folder = join(root, 'node_modules/.cache/belay-node', version);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const bin = join(folder, 'node_modules', name, 'bin');
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true });
    const flags = [
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--engine-strict=false',
    ];
    const { code, output } = await run(['npm', 'install', '--prefix', folder, ...flags, `${name}@${version}`]);
    if (code !== 0) throw new Error(`${name}@${version} cannot be installed:\n${output}`);
  }
  return bin;
}
