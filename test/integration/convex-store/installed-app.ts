/** A small application with Belay's component installed as npm would: compiled, in `node_modules/belayctl`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { type ConvexAddress } from '../../../src/platforms/convex/deployment.ts';
import { BASELINE_WASM } from '../../support/convex/baseline-wasm.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Bundling by WebAssembly, on a machine that others use. */
const CLI_LIMIT_MS = 240_000;

/** The lines of package.json that the component needs. */
const EXPORTS = {
  './convex': './dist/convex/index.js',
  './convex/convex.config': './dist/convex/component/convex.config.js',
  './convex/convex.config.js': './dist/convex/component/convex.config.js',
};

const FILES: Readonly<Record<string, string>> = {
  'package.json':
    '{ "name": "shop", "private": true, "type": "module", "dependencies": { "convex": "*", "belayctl": "*" } }',
  'convex/schema.ts': `import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
export default defineSchema({ tasks: defineTable({ title: v.string() }) });
`,
  'convex/tasks.ts': `import { v } from 'convex/values';
import { mutation } from './_generated/server';
export const add = mutation({ args: { title: v.string() }, handler: (ctx, task) => ctx.db.insert('tasks', task) });
`,
};

const WITH_BELAY: Readonly<Record<string, string>> = {
  'convex/convex.config.ts': `import { defineApp } from 'convex/server';
import belay from 'belayctl/convex/convex.config';
const app = defineApp();
app.use(belay);
export default app;
`,
  'convex/system.ts': `import { schemaVersion } from 'belayctl/convex';
import schema from './schema';
export const getSchemaVersion = schemaVersion(schema);
`,
  'convex/history.ts': `import { components } from './_generated/api';
import { query } from './_generated/server';
export const latest = query({ args: {}, handler: (ctx) => ctx.runQuery(components.belay.log.list, { limit: 5 }) });
`,
};

export interface InstalledApp {
  readonly folder: string;
  /** Puts the component into the application's code, as docs/convex-component.md says. */
  addBelay(): void;
  write(file: string, text: string): void;
  /** Runs the vendor's `convex …`. @throws with its output when it fails */
  convex(args: readonly string[], to: ConvexAddress): Promise<string>;
  remove(): void;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function installBelay(modules: string): Promise<void> {
  const folder = join(modules, 'belayctl');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
  const { name, version } = manifest;
  write(folder, {
    'package.json': JSON.stringify({ name, version, type: 'module', exports: EXPORTS }),
    'tsconfig.json': JSON.stringify({
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: join(root, 'src'),
        outDir: join(folder, 'dist'),
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(root, 'src/convex')],
    }),
  });
  await execa(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: root });
}

export async function installApp(): Promise<InstalledApp> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-convex-store-'));
  const modules = join(folder, 'node_modules');
  write(folder, FILES);
  mkdirSync(modules);
  for (const name of ['convex', 'typescript', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  await installBelay(modules);
  return {
    folder,
    addBelay: () => write(folder, WITH_BELAY),
    write: (file, text) => write(folder, { [file]: text }),
    async convex(args, { url, adminKey }) {
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        ...BASELINE_WASM,
        CI: '1',
        NO_COLOR: '1',
        CONVEX_SELF_HOSTED_URL: url,
        CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
      };
      const program = [join(modules, 'convex/bin/main.js'), ...args];
      const options = { cwd: folder, extendEnv: false, env, timeout: CLI_LIMIT_MS, all: true } as const;
      return (await execa(process.execPath, program, options)).all;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
