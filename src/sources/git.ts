/** The source of a release when it is a git repository: which commit it is, and what people want to know of it. */
import { Problem } from '../core/errors.ts';
import type { Source } from '../core/release.ts';
import type { Exec } from '../util/exec.ts';
import { createGit, type Git } from '../util/git.ts';
import { suggest } from '../util/suggest.ts';

interface Repository {
  readonly bare: boolean;
  readonly shallow: boolean;
}

async function openRepository(git: Git, path: string): Promise<Repository> {
  const result = await git('rev-parse', '--is-bare-repository', '--is-shallow-repository');
  if (result.ended === 'not-found') {
    throw new Problem('TOOL_MISSING', 'git is not installed', { why: 'the source is a git repository' });
  }
  if (result.code === 0) {
    const [bare, shallow] = result.stdout.split('\n');
    return { bare: bare === 'true', shallow: shallow === 'true' };
  }
  if (result.stderr.includes('dubious ownership')) {
    throw new Problem('SOURCE_INVALID', `git refuses to read ${path}`, {
      why: 'the repository belongs to another user',
      next: `git config --global --add safe.directory ${path}`,
      retry: 'after-change',
    });
  }
  if (result.stderr.includes('cannot change to')) {
    throw new Problem('SOURCE_INVALID', `The source ${path} does not exist or is not a directory`, {
      next: 'set `source` in the configuration',
      retry: 'after-change',
    });
  }
  if (!result.stderr.includes('not a git repository')) {
    throw new Problem('SOURCE_INVALID', `git cannot read ${path}`, { why: result.stderr.trim() });
  }
  throw new Problem('SOURCE_INVALID', `${path} is not a git repository`, {
    why: 'a release is made from a commit, so that it can be made again',
    next: `git -C ${path} init, or set \`source: { directory: '${path}' }\` to ship the folder as it is`,
    retry: 'after-change',
  });
}

async function unknownCommit(git: Git, path: string, ref: string, { shallow }: Repository): Promise<Problem> {
  const refs = (
    await git('for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags', 'refs/remotes')
  ).stdout
    .split('\n')
    .filter((name) => name !== '');
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD');
  if (refs.length === 0 && head.code !== 0) {
    return new Problem('SOURCE_INVALID', `The repository ${path} has no commit yet`, {
      why: 'a release is made from a commit',
      next: `git -C ${path} add . && git -C ${path} commit -m 'first'`,
      retry: 'after-change',
    });
  }
  if (shallow && /^[0-9a-f]{7,40}$/.test(ref)) {
    return new Problem('SOURCE_INVALID', `Commit ${ref} is not in ${path}`, {
      why: 'the repository is a shallow clone, which holds only the latest commits',
      next: `git -C ${path} fetch --unshallow (in GitHub Actions: fetch-depth: 0)`,
      retry: 'after-change',
    });
  }
  const close = refs.find((name) => name === `origin/${ref}`) ?? suggest(ref, refs);
  return new Problem('SOURCE_INVALID', `There is no commit, branch or tag ${JSON.stringify(ref)} in ${path}`, {
    ...(close ? { why: `the closest name is ${close}` } : {}),
    next: close ? `belay deploy ${close}` : `git -C ${path} branch --all`,
    retry: 'after-change',
  });
}

async function branchOf(git: Git, ref: string): Promise<string | undefined> {
  const result =
    ref === 'HEAD'
      ? await git('symbolic-ref', '--quiet', '--short', 'HEAD')
      : await git('rev-parse', '--verify', '--quiet', '--abbrev-ref', ref);
  const name = result.stdout.trim();
  if (result.code !== 0 || name === '' || ref === 'HEAD') return name || undefined;
  return (await git('show-ref', '--verify', '--quiet', `refs/heads/${name}`)).code === 0 ? name : undefined;
}

async function uncommitted(git: Git): Promise<number> {
  // Our own state is nobody's change.
  const result = await git('status', '--porcelain', '--no-renames', '-z', '--', '.', ':(exclude).belay');
  if (result.code !== 0)
    throw new Problem('SOURCE_INVALID', 'git cannot compare the work tree', { why: result.stderr.trim() });
  return result.stdout.split('\0').filter((entry) => entry !== '').length;
}

/**
 * The commit that `ref` (a commit, branch or tag; by default what is checked out) stands for, with what
 * people want to know of it. `uncommitted` counts changed and untracked files below `path`, without `.belay`.
 * @throws Problem SOURCE_INVALID, TOOL_MISSING
 */
export async function resolveSource(exec: Exec, path: string, ref = 'HEAD'): Promise<Source> {
  const git = createGit(exec, path);
  const repository = await openRepository(git, path);
  const found = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  const commit = found.stdout.trim();
  if (found.code !== 0 || commit === '') throw await unknownCommit(git, path, ref, repository);
  const [log, tag, branch, changed] = await Promise.all([
    git('log', '-1', '--no-show-signature', '--format=%s%x00%an%x00%cI', commit),
    git('describe', '--tags', '--exact-match', commit),
    branchOf(git, ref),
    repository.bare ? undefined : uncommitted(git),
  ]);
  const [subject = '', author = '', committedAt = ''] = log.stdout.trim().split('\0');
  return {
    commit,
    ...(branch === undefined ? {} : { branch }),
    ...(tag.code === 0 ? { tag: tag.stdout.trim() } : {}),
    subject,
    author,
    committedAt,
    ...(changed === undefined ? {} : { uncommitted: changed }),
  };
}
