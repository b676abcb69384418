/** The git history of a demo's shop, made on the spot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../../util/exec.ts';
import type { Stage } from './stage.ts';

/** One version of the shop. */
export interface Version {
  readonly subject: string;
  /** All of `server.mjs`. */
  readonly source: string;
}

/** Opens a repository with this configuration and the first version. */
export async function createShop({ exec, folder }: Stage, configuration: string, first: Version): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'belay.yml'), configuration);
  writeFileSync(join(folder, '.gitignore'), '.belay/\n');
  await openRepository(exec, folder);
  await commitVersion({ exec, folder }, first);
}

export async function commitVersion(
  { exec, folder }: Pick<Stage, 'exec' | 'folder'>,
  { subject, source }: Version,
): Promise<void> {
  writeFileSync(join(folder, 'server.mjs'), source);
  await commitAll(exec, folder, subject);
}

export function openRepository(exec: Exec, folder: string): Promise<void> {
  return git(exec, folder, 'init', '--quiet', '--initial-branch=main');
}

export async function commitAll(exec: Exec, folder: string, subject: string): Promise<void> {
  await git(exec, folder, 'add', '--all');
  await git(exec, folder, 'commit', '--quiet', '--message', subject);
}

async function git(exec: Exec, folder: string, ...args: readonly string[]): Promise<void> {
  const who = ['-c', 'user.name=Mia', '-c', 'user.email=mia@shop.example', '-c', 'commit.gpgsign=false'];
  const result = await exec(['git', '-C', folder, ...who, ...args], { limitMs: 30_000 });
  if (result.code !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr}`);
}
