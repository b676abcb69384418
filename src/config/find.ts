/** Finds the configuration file: in this folder or the nearest one above it that has any. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../core/errors.ts';

export const CONFIG_FILES = [
  'belay.config.ts',
  'belay.config.mts',
  'belay.config.js',
  'belay.config.mjs',
  'belay.yml',
  'belay.yaml',
  'belay.json',
] as const;

/** @throws Problem CONFIG_MISSING, or CONFIG_INVALID when a folder has more than one */
export function findConfigFile(cwd: string, file?: string): string {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (existsSync(path)) return path;
    throw new Problem('CONFIG_MISSING', `there is no file ${path}`, { next: 'belay init', retry: 'after-change' });
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const [first, ...others] = CONFIG_FILES.filter((name) => existsSync(join(folder, name)));
    if (first && others.length === 0) return join(folder, first);
    if (first) throw ambiguous(folder, [first, ...others]);
    if (dirname(folder) === folder) break;
  }
  throw new Problem('CONFIG_MISSING', `no Belay configuration in ${resolve(cwd)} or any folder above it`, {
    why: `looked for ${CONFIG_FILES.join(', ')}`,
    next: 'belay init',
    retry: 'after-change',
  });
}

function ambiguous(folder: string, names: readonly string[]): Problem {
  return new Problem('CONFIG_INVALID', `${folder} has more than one configuration`, {
    why: `${names.join(' and ')} are both there, and they may differ`,
    next: `remove one of them, or choose with --config ${names[0]}`,
    retry: 'after-change',
  });
}
