/** What releases need to come back, kept as files. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefacts } from './store.ts';

/** A folder of this machine: for a store that is a file of this machine too. */
export function folderArtefacts(folder: string): Artefacts {
  const pathOf = (name: string) => join(folder, encodeURIComponent(name));
  return {
    async put(name, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const side = `${pathOf(name)}.${process.pid}.new`;
      await writeFile(side, bytes, { mode: 0o600, flush: true });
      await rename(side, pathOf(name));
    },
    get: async (name) => (existsSync(pathOf(name)) ? readFile(pathOf(name)) : null),
    async list(prefix) {
      if (!existsSync(folder)) return [];
      const names = (await readdir(folder)).filter((file) => !file.endsWith('.new')).map(decodeURIComponent);
      return names.filter((name) => name.startsWith(prefix)).sort();
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}
