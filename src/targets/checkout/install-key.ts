/** Decides whether an install can be reused, and by which key: everything that we know an install to read. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashDirectory, isShipped } from '../../util/directory.ts';
import type { TargetContext } from '../target.ts';

const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];
/** Files besides lockfiles that change what an install makes; Prisma's own install generates code from its schema. */
const READ_BY_INSTALL = [
  /^package\.json$/,
  /^\.npmrc$/,
  /^\.yarnrc(\.yml)?$/,
  /^\.pnpmfile\.c?js$/,
  /^pnpm-workspace\.yaml$/,
  /^bunfig\.toml$/,
  /^\.node-version$/,
  /^\.nvmrc$/,
  /\.prisma$/,
  /\.patch$/,
];
/** Scripts of the application itself that an install runs: they may read or write anything. */
const OWN_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly workspaces?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

async function files(root: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    if (!isShipped(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await files(root, path)));
    else found.push(path);
  }
  return found.sort();
}

/** Changes when an install writes outside of the root's node_modules: then its result cannot be taken over by that folder. */
export async function sourceListing(tree: string): Promise<string> {
  const lines = (await files(tree)).map(async (path) => {
    const facts = await lstat(join(tree, path));
    return `${path} ${facts.size} ${facts.mtimeMs} ${facts.mode}`;
  });
  return (await Promise.all(lines)).join('\n');
}

function readManifest(path: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return null; // the package manager says it better than we could
  }
}

/** Local packages: some package managers copy them, so their content belongs to the key. */
function localPackages(manifest: Manifest): string[] {
  return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies]
    .flatMap((group) => Object.values(group ?? {}))
    .flatMap((version) => /^(?:file|link|portal):(.+)$/.exec(version)?.[1] ?? []);
}

async function hashLocal(tree: string, path: string): Promise<string | null> {
  const full = join(tree, path);
  // Outside of the tree nothing tells us that it is the same as last time.
  if (!full.startsWith(`${tree}/`) || !existsSync(full)) return null;
  if ((await lstat(full)).isDirectory()) return hashDirectory(full);
  return createHash('sha256').update(readFileSync(full)).digest('hex');
}

/** Null: always install. */
export async function installKey(
  ctx: TargetContext,
  command: string,
  env: Readonly<Record<string, string>>,
  tree: string,
): Promise<string | null> {
  const manifest = readManifest(join(tree, 'package.json'));
  if (!manifest || !LOCKFILES.some((name) => existsSync(join(tree, name)))) return null;
  // Workspaces put node_modules into several folders.
  if (manifest.workspaces !== undefined || existsSync(join(tree, 'pnpm-workspace.yaml'))) return null;
  const locals = await Promise.all(localPackages(manifest).map((path) => hashLocal(tree, path)));
  if (locals.includes(null)) return null;
  const listed = await files(tree);
  if (listed.some((path) => basename(path) === 'package.json' && runsOwnScripts(join(tree, path)))) return null;
  const read = listed.filter(
    (path) => LOCKFILES.includes(path) || READ_BY_INSTALL.some((pattern) => pattern.test(basename(path))),
  );
  const node = await ctx.exec(['node', '-p', 'process.version + process.platform + process.arch'], { env });
  const hash = createHash('sha256');
  hash.update(JSON.stringify([command, node.stdout, installVariables(env), locals]));
  for (const path of read) hash.update(JSON.stringify([path, readFileSync(join(tree, path), 'base64')]));
  return hash.digest('hex').slice(0, 32);
}

/** Also of packages in subfolders: a local dependency's scripts run with the root's install. */
function runsOwnScripts(path: string): boolean {
  const scripts = readManifest(path)?.scripts;
  return OWN_SCRIPTS.some((name) => scripts?.[name] !== undefined);
}

/** Variables that package managers read. */
function installVariables(env: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  const read = /^(NODE_ENV|NODE_OPTIONS|(npm|pnpm)_config_.*|YARN_.*|BUN_.*)$/i;
  return Object.entries(env)
    .filter(([name]) => read.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
