/**
 * Installs dependencies, or takes the result of an earlier install over where that is provably the same.
 *
 * Copies, never hard links: linked files share their content, so a build or an application that writes
 * into node_modules would change the release that we may have to go back to. `--reflink=auto` makes the
 * copy free on file systems that can.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetContext } from '../target.ts';
import { aborted, runUserCommand } from './command.ts';
import { installKey, sourceListing } from './install-key.ts';
import type { Checkout, InstallOptions } from './checkout.ts';

const COPY_LIMIT_MS = 5 * 60_000;

export function installsHome(home: string): string {
  return join(home, 'installs');
}

/** Returns the key of the cached install that the release was made from; null when it was not one to reuse. */
export async function installDependencies(
  ctx: TargetContext,
  home: string,
  options: InstallOptions,
  folder: Checkout,
): Promise<string | null> {
  if (options.install === undefined) return null;
  const key = await installKey(ctx, options.install, options.env, folder.tree);
  const modules = join(folder.tree, 'node_modules');
  const cached = key === null ? null : join(installsHome(home), key);
  if (cached && existsSync(cached) && (await copy(ctx, cached, modules))) {
    ctx.say(`install: unchanged dependencies, taken over from ${key?.slice(0, 7)}`);
    return key;
  }
  const before = cached ? await sourceListing(folder.tree) : null;
  await runUserCommand(ctx, folder, {
    what: 'install',
    line: options.install,
    env: options.env,
    limitMs: options.installLimitMs,
  });
  if (!cached || !existsSync(modules) || (await sourceListing(folder.tree)) !== before) return null;
  if (!(await isMovable(ctx, folder.tree, modules))) return null;
  return (await keepInstall(ctx, modules, cached)) ? key : null;
}

/** False when files in it name the tree that they were installed into: elsewhere they would point to the wrong release. */
async function isMovable(ctx: TargetContext, tree: string, modules: string): Promise<boolean> {
  const [named, linked] = await Promise.all([
    ctx.exec(['grep', '-rqsF', '--', tree, modules], { signal: ctx.signal, limitMs: COPY_LIMIT_MS }),
    ctx.exec(['find', modules, '-type', 'l', '-lname', '/*'], { signal: ctx.signal, limitMs: COPY_LIMIT_MS }),
  ]);
  return named.code === 1 && linked.code === 0 && linked.stdout === '';
}

/** To the side, then renamed: a cached install is whole or not there. Failing to keep one only costs the next deployment time. */
async function keepInstall(ctx: TargetContext, modules: string, cached: string): Promise<boolean> {
  const side = `${cached}.${process.pid}.new`;
  await mkdir(join(cached, '..'), { recursive: true, mode: 0o700 });
  rmSync(side, { recursive: true, force: true });
  if (!(await copy(ctx, modules, side))) return false;
  try {
    renameSync(side, cached);
    return true;
  } catch (error) {
    rmSync(side, { recursive: true, force: true });
    ctx.say(`install: not kept for reuse (${String(error)})`);
    return false;
  }
}

async function copy(ctx: TargetContext, from: string, to: string): Promise<boolean> {
  const flags = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-Rp'];
  const result = await ctx.exec(['cp', ...flags, from, to], { signal: ctx.signal, limitMs: COPY_LIMIT_MS });
  if (result.ended === 'aborted') throw aborted(ctx.signal, 'The install');
  if (result.code === 0) return true;
  rmSync(to, { recursive: true, force: true });
  ctx.say(`install: cannot copy dependencies (${result.tail.at(-1) ?? result.ended})`);
  return false;
}
