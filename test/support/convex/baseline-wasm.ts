/**
 * The vendor's command line bundles with esbuild as WebAssembly. V8 takes six seconds of a core to optimise it, and the
 * bundling itself not one: these variables leave it as first compiled. NODE_OPTIONS reach the programs that it starts.
 */
const PRELOAD = `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--liftoff-only');`;

export const BASELINE_WASM = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}`,
} as const;
