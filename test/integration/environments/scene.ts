/** An application on emulated Convex and Vercel, its configuration, and the command line as a person uses it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment.ts';
import type { Cli } from '../../../src/cli/cli.ts';
import { buildProgram } from '../../../src/cli/program.ts';
import { printProblem } from '../../../src/cli/render/problem.ts';
import { isProblem } from '../../../src/core/errors.ts';
import { type ConvexControlPlane, startConvexControlPlane } from '../../../src/emulators/convex/control-plane.ts';
import { startVercelEmulator, type VercelEmulator } from '../../../src/emulators/vercel/emulator.ts';
import { type AppRepository, createRepository, writeFiles } from '../../fixtures/apps/app-repository.ts';

const MODULES = join(import.meta.dirname, '../../../node_modules');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The last line of what was printed. */
  json<T>(): T;
}

export interface Scene {
  readonly plane: ConvexControlPlane;
  readonly vercel: VercelEmulator;
  readonly repository: AppRepository;
  /** Holds the configuration, beside the repository. */
  readonly folder: string;
  readonly variables: Record<string, string>;
  config(): string;
  write(file: string, text: string): void;
  belay(...words: readonly string[]): Promise<Ran>;
  /** How often the vendor's program was asked to bundle. */
  bundled(): number;
  close(): Promise<void>;
}

const SCHEMA = (more: string) => `import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
export default defineSchema({
  tasks: defineTable({
    title: v.string(), done: v.boolean(), owner: v.id('users'), parent: v.optional(v.id('tasks')),
    status: v.union(v.literal('open'), v.literal('closed')), dueAt: v.number(), votes: v.int64(), tags: v.array(v.string()),
  }),
  users: defineTable({ name: v.string(), email: v.string(), phone: v.optional(v.string()), bio: v.optional(v.string())${more} })
    .index('by_email', ['email']),
});
`;

/** `more`: further fields of users. */
export const app = (version: string, more = '') => ({
  'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies: { convex: '1.48.0' } }),
  '.gitignore': 'node_modules\nconvex/_generated\n',
  'index.html': version,
  'convex/schema.ts': SCHEMA(more),
  'convex/shop.ts': `import { queryGeneric as query } from 'convex/server';
export const version = query({ args: {}, handler: async () => '${version}' });
`,
});

/**
 * In the place of the vendor's program, which takes many seconds: asks it once for each state of the functions, and
 * keeps what it wrote. Notes that it was asked.
 */
const PROGRAM = (folder: string) => `
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { join } = require('node:path');
fs.appendFileSync(${JSON.stringify(join(folder, 'bundled'))}, 'once\\n');
const modules = ${JSON.stringify(MODULES)};
const hash = createHash('sha256').update(fs.readFileSync(join(modules, 'convex/package.json')));
for (const name of ['schema.ts', 'shop.ts']) hash.update(fs.readFileSync(join('convex', name)));
const cache = join(modules, '.cache', 'belay-staging-' + hash.digest('hex').slice(0, 16) + '.json');
const wanted = process.argv[process.argv.indexOf('--write-push-request') + 1] + '.json';
if (!fs.existsSync(cache)) {
  fs.rmSync('node_modules');
  fs.symlinkSync(modules, 'node_modules');
  execFileSync('node', [join(modules, 'convex/bin/main.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  fs.mkdirSync(join(modules, '.cache'), { recursive: true });
  fs.copyFileSync(wanted, cache + '.new');
  fs.renameSync(cache + '.new', cache);
} else fs.copyFileSync(cache, wanted);
`;

const config = (scene: Pick<Scene, 'plane' | 'vercel' | 'folder'>) => `# The shop. Ask Mia before you change this.
app: shop
environments:
  production: # what customers see
    strategy: all-at-once
    bake: { time: 0s, triggers: [] }
    triggers: []
    targets:
      backend:
        type: convex
        deployKey: { secret: CONVEX_DEPLOY_KEY }
        provision: ${scene.plane.url}
        source: ${scene.folder}/app
        install: ln -s ${scene.folder}/modules node_modules
      web:
        type: vercel
        project: shop
        team: ${scene.vercel.teamSlug}
        token: { secret: VERCEL_TOKEN }
        api: ${scene.vercel.url}
        source: ${scene.folder}/app
`;

export async function createScene(): Promise<Scene> {
  const [plane, vercel] = await Promise.all([startConvexControlPlane(), startVercelEmulator({ jobMs: 20 })]);
  await vercel.createProject({ name: 'shop' });
  const folder = mkdtempSync(join(tmpdir(), 'belay-environments-'));
  const repository = createRepository(join(folder, 'app'));
  writeFiles(join(folder, 'modules'), { 'convex/bin/main.js': PROGRAM(folder) });
  repository.commit(app('one'));
  const file = join(folder, 'belay.yml');
  writeFileSync(file, config({ plane, vercel, folder }));
  const variables: Record<string, string> = {
    BELAY_USER: 'mia',
    CONVEX_DEPLOY_KEY: plane.productionKey,
    CONVEX_TEAM_TOKEN: plane.teamToken,
    VERCEL_TOKEN: vercel.token,
  };
  return {
    plane,
    vercel,
    repository,
    folder,
    variables,
    config: () => readFileSync(file, 'utf8'),
    write: (name, text) => writeFileSync(join(folder, name), text),
    belay: (...words) => run(folder, variables, words),
    bundled: () => readFileSync(join(folder, 'bundled'), 'utf8').split('once').length - 1,
    async close() {
      await Promise.all([plane.close(), vercel.close()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function run(cwd: string, variables: Readonly<Record<string, string>>, words: readonly string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  let code = 0;
  const cli: Cli = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: readEnvironment(variables),
    cwd,
    version: 'test',
    argv: [],
    terminal: false,
    interactive: false,
    columns: 80,
    color: false,
    unicode: true,
    exit: (given) => void (code = given),
  };
  try {
    await (await buildProgram(cli, words[0])).parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!isProblem(error)) throw error;
    printProblem(cli, error, { json: words.includes('--json') });
    code = error.exitCode;
  }
  const told = { code, out: out.join('\n'), err: err.join('\n') };
  return { ...told, json: <T>() => JSON.parse(out.at(-1) ?? 'null') as T };
}
