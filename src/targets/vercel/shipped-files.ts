/** Which files of a folder make up a release: the source without what a build makes again, or what a build has made. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { Problem } from '../../core/errors.ts';
import { isShipped } from '../../util/directory.ts';
import { listTree } from './hash-files.ts';

const OUTPUT = '.vercel/output';
/** Local settings hold secrets, the others are made again: the vendor's command line leaves them out as well. */
const LEFT_OUT = /^(\.vercel|\.next|\.env\.local|\.env\..*\.local|\.DS_Store)$/;

export function listSource(root: string): Promise<readonly string[]> {
  return listTree(root, (path) => isShipped(path) && !LEFT_OUT.test(basename(path)));
}

/** @throws Problem BUILD_FAILED when the build has left no output */
export async function listPrebuilt(root: string): Promise<readonly string[]> {
  if (!existsSync(join(root, OUTPUT, 'config.json'))) {
    throw new Problem('BUILD_FAILED', `The build left no ${OUTPUT}/config.json`, {
      why: '`deploy: prebuilt` ships the output of `vercel build`, and there is none',
      next: 'set `build` to a command that runs `vercel build --prod`, or `deploy: files`',
      retry: 'after-change',
    });
  }
  const made = (await listTree(join(root, OUTPUT))).map((path) => `${OUTPUT}/${path}`);
  const configs = made.filter((path) => basename(path) === '.vc-config.json');
  const referred = await Promise.all(configs.map((path) => referredBy(join(root, path))));
  return [...new Set([...made, ...referred.flat()])].sort();
}

/** A function may be put together from files beside the output: they are named in its configuration. */
async function referredBy(config: string): Promise<readonly string[]> {
  const { filePathMap } = JSON.parse(await readFile(config, 'utf8')) as { filePathMap?: Record<string, string> };
  // What lies outside is left out, as the vendor's command line does.
  return Object.values(filePathMap ?? {})
    .map(posix.normalize)
    .filter((path) => !/^(\.\.(\/|$)|\/)/.test(path));
}
