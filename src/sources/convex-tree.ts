/** The files of a Convex project at a commit, in a temporary folder, with the packages that are installed now. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { Exec, ExecResult } from '../util/exec.ts';
import { createGit } from '../util/git.ts';

/** Unpacking takes seconds; minutes mean that a disk or a mount hangs. */
const UNPACK_LIMIT_MS = 2 * 60_000;

function unreadable(commit: string, result: ExecResult): Problem {
  if (result.ended === 'not-found') {
    return new Problem('TOOL_MISSING', 'git or tar is not installed', { why: 'a commit is unpacked with both' });
  }
  return new Problem('SCHEMA_UNREADABLE', `The files of ${commit.slice(0, 7)} cannot be unpacked`, {
    why: result.ended === 'timeout' ? 'it took longer than 2 minutes' : (result.tail.at(-1) ?? 'git gave no reason'),
    next: `git show --stat ${commit}`,
  });
}

interface CommitPlace {
  readonly exec: Exec;
  /** The folder of the project in its repository. */
  readonly project: string;
  readonly scratch?: string;
}

/**
 * Unpacks `commit` and calls `use` with the folder that stands for `project` in it; removed afterwards, whatever happens.
 * @throws Problem SCHEMA_UNREADABLE, TOOL_MISSING
 */
export async function withCommit<T>(
  { exec, project, scratch = tmpdir() }: CommitPlace,
  commit: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const git = createGit(exec, project);
  const top = await git('rev-parse', '--show-toplevel');
  if (top.code !== 0) throw unreadable(commit, top);
  const root = top.stdout.trim();
  const folder = await mkdtemp(join(scratch, 'belay-convex-'));
  try {
    const tree = join(folder, 'tree');
    await mkdir(tree);
    const archive = join(folder, 'source.tar');
    const steps = [
      ['git', '-C', root, 'archive', '--format=tar', '-o', archive, commit],
      ['tar', '-xf', archive, '-C', tree],
    ] as const;
    for (const step of steps) {
      const result = await exec(step, { limitMs: UNPACK_LIMIT_MS, env: { LC_ALL: 'C' } });
      if (result.code !== 0) throw unreadable(commit, result);
    }
    const prefix = (await git('rev-parse', '--show-prefix')).stdout.trim();
    await linkPackages(root, tree, prefix);
    return await use(join(tree, prefix));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packages are installed for the work tree only: its `node_modules`, from the project up to the root, stand in. */
async function linkPackages(root: string, tree: string, prefix: string): Promise<void> {
  for (let at = join(root, prefix); !relative(root, at).startsWith('..'); at = dirname(at)) {
    const installed = join(at, 'node_modules');
    const link = join(tree, relative(root, at), 'node_modules');
    if (existsSync(installed) && existsSync(dirname(link)) && !existsSync(link)) await symlink(installed, link, 'dir');
    if (at === root || at === dirname(at)) return;
  }
}
