/** Asks git about a repository, and what `git archive` would leave out of it. */
import type { Exec, ExecResult } from './exec.ts';

const LIMIT_MS = 60_000;

export type Git = (...args: readonly string[]) => Promise<ExecResult>;

/** Without optional locks, so that looking never disturbs a git that works in the same tree. */
export function createGit(exec: Exec, path: string): Git {
  const env = { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  return (...args) => exec(['git', '-C', path, ...args], { env, limitMs: LIMIT_MS });
}

/** What `git archive` does not ship of a commit, a sentence each: submodules, and large files without git-lfs. */
export async function archiveNotices(exec: Exec, path: string, commit: string): Promise<readonly string[]> {
  const git = createGit(exec, path);
  const [tree, attributes, lfs] = await Promise.all([
    git('ls-tree', '-r', commit),
    git('grep', '-I', '--name-only', '-e', 'filter=lfs', commit, '--', '.gitattributes', '**/.gitattributes'),
    git('lfs', 'version'),
  ]);
  const submodules = tree.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('160000 ') ? (line.split('\t')[1] ?? []) : []));
  return [
    ...(submodules.length === 0 ? [] : [`source: submodules are not part of the release: ${submodules.join(', ')}`]),
    ...(attributes.code !== 0 || lfs.code === 0
      ? []
      : ['source: large files (git-lfs) are shipped as pointers, as git-lfs is not installed']),
  ];
}
