/** The files that HAProxy starts from: always what is in force, so that a reload by anybody changes nothing. */
import { mkdirSync, readFileSync } from 'node:fs';
import { configuration, type Settings } from './configuration.ts';
import type { HaproxyOptions, HaproxyPaths } from './options.ts';
import { replaceFile } from './replace-file.ts';
import { script } from './script.ts';
import { mapFile, type MapEntries } from './table-map.ts';

export interface HaproxyFiles {
  /** True when HAProxy must be reloaded for it: the rest can be changed while it runs. */
  write(settings: Pick<Settings, 'listen' | 'servers'>, entries: MapEntries): boolean;
}

const WAITING_PLACES = 1_000;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const withoutServers = (text: string) => text.replaceAll(/^ {2}server .*$/gm, '');

export function createHaproxyFiles(options: HaproxyOptions, paths: HaproxyPaths): HaproxyFiles {
  const { name, folder, foreign, waitingPlaces = WAITING_PLACES } = options;
  // The owner of the machine starts it, and nobody answers requests with the owner's rights.
  const own = foreign ? null : { dropRights: process.getuid?.() === 0 };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let written: string | null = null;
  return {
    write(settings, entries) {
      const lua = script(name, paths.map, waitingPlaces);
      const text = configuration({ name, paths, own, ...settings });
      const fixed = withoutServers(text) + lua;
      written ??= withoutServers(read(paths.config)) + read(paths.script);
      const changed = written !== fixed;
      if (changed) replaceFile(paths.script, lua);
      replaceFile(paths.map, mapFile(entries));
      replaceFile(paths.config, text);
      written = fixed;
      return changed;
    },
  };
}
