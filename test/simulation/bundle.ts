/** Bundles the simulation with the engine in it, as it is or with one rule of it broken. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import type { simulate, simulateInParallel, simulateMany } from './main.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const SOURCES = here('../../src/');

export interface Patch {
  /** Path below `src`. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export interface Simulation {
  readonly simulate: typeof simulate;
  readonly simulateMany: typeof simulateMany;
  readonly simulateInParallel: typeof simulateInParallel;
  /** Removes the bundle, which threads are started from. */
  readonly dispose: () => void;
}

/** @throws Error when the text to break is not there exactly once: then the mutant no longer means what it says. */
function broken(code: string, { file, find, put }: Patch): string {
  const times = code.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} holds ${times} times, not once: ${find}`);
  return code.replace(find, () => put);
}

/** Patches are applied to the source text while it is bundled; nothing of it is ever in the product. */
export async function loadSimulation(patches: readonly Patch[] = []): Promise<Simulation> {
  // Read first, so that a patch that no longer fits fails even if its file is no longer bundled.
  for (const patch of patches) broken(readFileSync(join(SOURCES, patch.file), 'utf8'), patch);
  const folder = mkdtempSync(join(tmpdir(), 'belay-simulation-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  try {
    const file = join(folder, 'simulation.mjs');
    await write(file, patches);
    const module = (await import(pathToFileURL(file).href)) as Omit<Simulation, 'dispose'>;
    return { ...module, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function write(file: string, patches: readonly Patch[]): Promise<void> {
  const light = here('light-abort.ts');
  const inject: Record<string, [string, string]> = {
    AbortController: [light, 'LightAbortController'],
    AbortSignal: [light, 'LightAbortSignal'],
  };
  const breakRules = {
    name: 'break-rules',
    transform: (code: string, id: string) =>
      patches.filter((patch) => id === join(SOURCES, patch.file)).reduce(broken, code),
  };
  const bundle = await rolldown({
    input: here('main.ts'),
    platform: 'node',
    transform: { inject },
    plugins: [breakRules],
  });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
}
