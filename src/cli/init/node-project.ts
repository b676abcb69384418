/** Node projects: package manager from its lockfile, framework from the dependencies, commands from the scripts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import { type Commands, readText } from './detect.ts';

interface Manifest {
  readonly main?: string;
  readonly packageManager?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const LOCKFILES: readonly (readonly [string, Manager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** From the most particular to the most general: the first that is a dependency names the project. */
const FRAMEWORKS: readonly (readonly [string, string])[] = [
  ['next', 'Next.js'],
  ['nuxt', 'Nuxt'],
  ['@remix-run/serve', 'Remix'],
  ['@react-router/serve', 'React Router'],
  ['@sveltejs/kit', 'SvelteKit'],
  ['astro', 'Astro'],
  ['@nestjs/core', 'NestJS'],
  ['fastify', 'Fastify'],
  ['express', 'Express'],
  ['hono', 'Hono'],
  ['koa', 'Koa'],
];

function manifestOf(folder: string): Manifest | null {
  const text = readText(folder, 'package.json');
  if (text === null) return null;
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new Problem('SOURCE_INVALID', 'package.json is not JSON', {
      why: (error as Error).message,
      next: 'npm pkg get name',
    });
  }
}

/** A build needs development dependencies, which some managers leave out under `NODE_ENV=production`. */
const WITH_DEVELOPMENT: Readonly<Record<Manager, string>> = {
  npm: ' --include=dev',
  pnpm: ' --prod=false',
  yarn: ' --production=false',
  bun: '',
};

function installOf(folder: string, manager: Manager, locked: boolean, builds: boolean): string {
  // Yarn 2 and later always installs everything, and refuses the flags of version 1.
  if (manager === 'yarn' && existsSync(join(folder, '.yarnrc.yml'))) return 'yarn install --immutable';
  const extra = builds ? WITH_DEVELOPMENT[manager] : '';
  if (manager === 'npm') return `${locked ? 'npm ci' : 'npm install'}${extra}`;
  return `${manager} install${locked ? ' --frozen-lockfile' : ''}${extra}`;
}

/** The script itself where it is one plain program: signals then reach it without a package manager in between. */
function startOf(manifest: Manifest, manager: Manager): string | null {
  const script = manifest.scripts?.start;
  if (script) return /^node [\w./-]+$/.test(script) ? script : `${manager} start`;
  return manifest.main?.match(/^[\w./-]+\.[cm]?js$/) ? `node ${manifest.main}` : null;
}

export function detectNode(folder: string): Commands | null {
  const manifest = manifestOf(folder);
  if (!manifest) return null;
  const locked = LOCKFILES.find(([file]) => existsSync(join(folder, file)));
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager ?? '')?.[1] as Manager | undefined;
  const manager = locked?.[1] ?? declared ?? 'npm';
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  const framework = FRAMEWORKS.find(([name]) => name in packages)?.[1] ?? 'Node';
  const builds = manifest.scripts?.build !== undefined && Object.keys(manifest.devDependencies ?? {}).length > 0;
  const needsInstall = locked !== undefined || Object.keys(packages).length > 0;
  return {
    kind: `${framework} with ${manager}`,
    install: needsInstall ? installOf(folder, manager, locked !== undefined, builds) : null,
    build: manifest.scripts?.build ? `${manager} run build` : null,
    start: startOf(manifest, manager),
  };
}
