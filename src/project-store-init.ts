/** `belay store init`: the configuration, and who makes its store. Part of the composition root. */
import { resolve } from 'node:path';
import { childEnvironment } from './config/child-environment.ts';
import type { Config } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { loadConfig } from './config/load.ts';
import { storeLocation } from './project-store.ts';
import { type Initialised, initConvexStore } from './stores/convex/init.ts';
import { createExec } from './util/exec.ts';
import { createRedactor } from './util/redact.ts';

export interface StoreInit {
  readonly cwd: string;
  readonly env: Surroundings;
  readonly file?: string;
  /** Folder of the Convex project; by default that of the first Convex target, else of the configuration. */
  readonly folder?: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Makes a store that cannot make itself when it is opened. Null: this one does. @throws Problem */
export async function initStore(options: StoreInit): Promise<Initialised | null> {
  const { cwd, env, file, signal } = options;
  const redactor = createRedactor();
  const { config } = await loadConfig({ cwd, env, redactor, ...(file ? { file } : {}) });
  const location = storeLocation(config.store);
  if (location.type !== 'convex') return null;
  const clean = (text: string) => redactor.clean(text);
  return initConvexStore({
    access: location.access,
    folder: options.folder === undefined ? convexFolder(config) : resolve(cwd, options.folder),
    exec: createExec(childEnvironment(), clean),
    signal,
    say: (line) => options.say(clean(line)),
  });
}

function convexFolder(config: Config): string {
  const targets = Object.values(config.environments).flatMap(({ targets: all }) => Object.values(all));
  return targets.find((target) => target.type === 'convex')?.source.path ?? config.directory;
}
