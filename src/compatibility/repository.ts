/** A git repository, and the states of it that are compared: commits, or the work tree. */
import { Problem } from '../core/errors.ts';
import type { Exec } from '../util/exec.ts';
import { createGit, type Git } from '../util/git.ts';

export interface Revision {
  /** Full hash; null for the work tree as it is, or for nothing at all. */
  readonly commit: string | null;
  readonly kind: 'commit' | 'work-tree' | 'nothing';
  /** `4f2c1d9, live on production` */
  readonly told: string;
}

export interface Repository {
  readonly exec: Exec;
  readonly git: Git;
  /** Absolute path of the work tree; of the repository itself where it is bare. */
  readonly root: string;
  /** No work tree and no installed packages: only commits can be read. */
  readonly bare: boolean;
}

export const WORK_TREE: Revision = { commit: null, kind: 'work-tree', told: 'the work tree' };
export const NOTHING: Revision = { commit: null, kind: 'nothing', told: 'nothing: this is the first commit' };

async function bareRoot(git: Git): Promise<string | null> {
  const found = await git('rev-parse', '--is-bare-repository', '--absolute-git-dir');
  const [isBare, root] = found.stdout.trim().split('\n');
  return found.code === 0 && isBare === 'true' && root ? root : null;
}

/** The repository that holds `path`. @throws Problem SCHEMA_UNREADABLE outside of one, TOOL_MISSING */
export async function openRepository(exec: Exec, path: string): Promise<Repository> {
  const here = createGit(exec, path);
  const top = await here('rev-parse', '--show-toplevel');
  if (top.ended === 'not-found') {
    throw new Problem('TOOL_MISSING', 'git is not installed', { why: 'revisions are read from a repository' });
  }
  const bare = top.code === 0 ? null : await bareRoot(here);
  if (bare !== null) return { exec, git: createGit(exec, bare), root: bare, bare: true };
  if (top.code !== 0) {
    throw new Problem('SCHEMA_UNREADABLE', `${path} is in no git work tree`, {
      why: top.stderr.trim().split('\n')[0] ?? 'git cannot read it',
      next: 'compare files instead: belay schema diff --help',
    });
  }
  const root = top.stdout.trim();
  return { exec, git: createGit(exec, root), root, bare: false };
}

/** The full hash of what a name stands for; null when git knows no such commit. */
export async function commitOf({ git }: Repository, name: string): Promise<string | null> {
  const found = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  const commit = found.stdout.trim();
  return found.code === 0 && commit !== '' ? commit : null;
}

/** A commit that is not in the repository, with the usual reason for it. */
export async function unknownCommit({ git }: Repository, name: string, why: string, next: string): Promise<Problem> {
  const shallow = (await git('rev-parse', '--is-shallow-repository')).stdout.trim() === 'true';
  return new Problem('SCHEMA_UNREADABLE', `${name} is no file, commit or release`, {
    why: shallow ? 'the repository is a shallow clone' : why,
    next: shallow ? 'git fetch --unshallow (in GitHub Actions: fetch-depth: 0)' : next,
  });
}
