/**
 * The very first push of Belay's component. No lock is needed for it, and none could be held: until the component is
 * there no Belay opens this store, so none is at work. From then on every push is a deployment of Belay's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import { addressOf, type ConvexAccess, PROVISION } from '../../platforms/convex/deployment.ts';
import type { Exec } from '../../util/exec.ts';
import { componentCalls } from './component-calls.ts';
import { requireComponent } from './convex.ts';
import { ComponentMissing } from './problems.ts';

export interface InitOptions {
  readonly access: ConvexAccess;
  /** The Convex project: the folder with `package.json`, `node_modules` and `convex/`. */
  readonly folder: string;
  readonly exec: Exec;
  readonly signal: AbortSignal;
  /** Lines of the vendor's command line, as they come. */
  readonly say: (line: string) => void;
}

export interface Initialised {
  readonly where: string;
  /** False when the component was there already. */
  readonly changed: boolean;
}

const PROGRAM = 'node_modules/convex/bin/main.js';
const LIMIT_MS = 10 * 60_000;
/** What `convex/convex.config.ts` must hold at least. */
const MOUNT = [
  "import { defineApp } from 'convex/server';",
  "import belay from 'belayctl/convex/convex.config';",
  'const app = defineApp();',
  'app.use(belay);',
  'export default app;',
];

/** Idempotent. @throws Problem STORE_REFUSED, STORE_UNREACHABLE, TOOL_MISSING, SOURCE_INVALID, BUILD_FAILED, INTERRUPTED */
export async function initConvexStore(options: InitOptions): Promise<Initialised> {
  const calls = componentCalls(await addressOf(options.access, options.signal));
  const there = async (): Promise<ComponentMissing | null> => {
    try {
      await requireComponent(calls);
      return null;
    } catch (error) {
      if (error instanceof ComponentMissing) return error;
      throw error;
    }
  };
  if ((await there()) === null) return { where: calls.where, changed: false };
  requireMounted(options.folder);
  await push(options, calls.where);
  const missing = await there();
  if (missing) throw missing;
  return { where: calls.where, changed: true };
}

/** @throws Problem TOOL_MISSING, SOURCE_INVALID */
function requireMounted(folder: string): void {
  if (!existsSync(join(folder, PROGRAM))) {
    throw new Problem('TOOL_MISSING', `${folder} has no convex package`, {
      why: `${PROGRAM} is not there`,
      next: 'npm install convex belayctl, or name the folder: belay store init --folder <folder>',
      retry: 'after-change',
    });
  }
  const files = ['ts', 'js'].map((kind) => join(folder, 'convex', `convex.config.${kind}`));
  const file = files.find((one) => existsSync(one));
  if (file !== undefined && readFileSync(file, 'utf8').includes('belayctl/convex/convex.config')) return;
  throw new Problem('SOURCE_INVALID', "The application does not use Belay's component", {
    why: file === undefined ? `there is no ${files[0]}` : `${file} does not import it`,
    next: 'npm install belayctl, write these lines into convex/convex.config.ts, commit, then: belay store init',
    retry: 'after-change',
    details: MOUNT,
  });
}

/** The key goes by the environment, never by the arguments. */
function environmentOf(access: ConvexAccess): Record<string, string> {
  if ('url' in access) {
    return { CI: '1', CONVEX_SELF_HOSTED_URL: access.url, CONVEX_SELF_HOSTED_ADMIN_KEY: access.adminKey };
  }
  const provision = access.provision === PROVISION ? {} : { CONVEX_PROVISION_HOST: access.provision };
  return { CI: '1', CONVEX_DEPLOY_KEY: access.deployKey, ...provision };
}

async function push({ access, folder, exec, signal, say }: InitOptions, where: string): Promise<void> {
  const result = await exec(['node', join(folder, PROGRAM), 'deploy', '--typecheck', 'try'], {
    cwd: folder,
    env: environmentOf(access),
    limitMs: LIMIT_MS,
    signal,
    onLine: say,
  });
  if (result.ended === 'exit' && result.code === 0) return;
  if (result.ended === 'aborted') throw new Problem('INTERRUPTED', `The push to ${where} was interrupted`);
  throw new Problem('BUILD_FAILED', `The application cannot be pushed to ${where}`, {
    why: result.tail.find((line) => line.includes('✖')) ?? result.tail.at(-1) ?? `convex ended by ${result.ended}`,
    next: 'fix it, commit, then: belay store init',
    retry: 'after-change',
    details: result.tail,
  });
}
