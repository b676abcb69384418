/** What is meant on the command line: a commit, a release, or what is live. */
import {
  commitOf,
  NOTHING,
  openRepository,
  type Repository,
  type Revision,
  unknownCommit,
} from '../../compatibility/repository.ts';
import { childEnvironment } from '../../config/child-environment.ts';
import { isProblem } from '../../core/errors.ts';
import { short } from '../../core/release.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { ReleaseRow } from '../../core/views.ts';
import { createExec } from '../../util/exec.ts';
import { suggest } from '../../util/suggest.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { environmentMeant, withRecord } from '../with-record.ts';

/** The repository that the command is run in. @throws Problem SCHEMA_UNREADABLE outside of one, TOOL_MISSING */
export const repositoryHere = (cli: Cli): Promise<Repository> =>
  openRepository(createExec(childEnvironment()), cli.cwd);

/** A release of any environment by its id; null when there is no configuration, or no such release. */
async function releaseCommit(cli: Cli, options: CommonOptions, id: string): Promise<string | null> {
  if (!id.startsWith('r-')) return null;
  try {
    return await withRecord(cli, options, async ({ store }) => {
      const [found] = await store.view('releases', { key: id, limit: 1 });
      return (found?.row as ReleaseRow | undefined)?.source.commit ?? null;
    });
  } catch (error) {
    if (isProblem(error, 'CONFIG_MISSING')) return null;
    throw error;
  }
}

/** @throws Problem SCHEMA_UNREADABLE when neither a commit nor a release is called so */
export async function revisionOf(
  cli: Cli,
  options: CommonOptions,
  repository: Repository,
  name: string,
): Promise<Revision> {
  const release = await releaseCommit(cli, options, name);
  const commit = await commitOf(repository, release ?? name);
  if (commit !== null) {
    const told = name.startsWith(short(commit)) ? short(commit) : `${short(commit)}, ${name}`;
    return { commit, kind: 'commit', told };
  }
  const refs = (await repository.git('for-each-ref', '--format=%(refname:short)')).stdout.split('\n');
  const near = suggest(name, ['HEAD', ...refs.filter((ref) => ref !== '')]);
  const why = near ? `did you mean ${near}?` : 'git knows nothing of that name';
  throw await unknownCommit(repository, name, why, 'git log --oneline, or belay releases');
}

/** Null when there is no configuration, or nothing has been deployed. Any other problem of the store is told, not passed over. */
async function liveRevision(cli: Cli, options: CommonOptions, repository: Repository): Promise<Revision | null> {
  try {
    return await withRecord(cli, options, async (record) => {
      const name = await environmentMeant(cli, options, record);
      const live = (await readEnvironmentRow(record.store, name))?.live;
      const commit = live ? await commitOf(repository, live.source.commit) : null;
      return commit === null ? null : { commit, kind: 'commit', told: `${short(commit)}, live on ${name}` };
    });
  } catch (error) {
    if (isProblem(error, 'CONFIG_MISSING')) return null;
    throw error;
  }
}

const MAIN_BRANCHES = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
  'refs/heads/main',
  'refs/heads/master',
] as const;

/** Where the branch left the main one; null on the main branch itself. */
async function forkPoint({ git }: Repository, head: string): Promise<Revision | null> {
  const listed = (await git('for-each-ref', '--format=%(refname)', ...MAIN_BRANCHES)).stdout.split('\n');
  const branch = MAIN_BRANCHES.find((ref) => listed.includes(ref));
  if (branch === undefined) return null;
  const commit = (await git('merge-base', 'HEAD', branch)).stdout.trim();
  if (commit === '' || commit === head) return null;
  const name = branch.replace(/^refs\/(?:heads|remotes)\//, '');
  return { commit, kind: 'commit', told: `${short(commit)}, where this branch left ${name}` };
}

/** What runs now: the live release where a store knows it, else the merge base, else the commit before. */
export async function baseline(
  cli: Cli,
  options: CommonOptions,
  repository: Repository,
  to: Revision,
): Promise<Revision> {
  const live = await liveRevision(cli, options, repository);
  if (live) return live;
  // Asked together: starting git is what takes the time.
  const [head, parent] = await Promise.all([commitOf(repository, 'HEAD'), commitOf(repository, 'HEAD~1')]);
  if (head === null) return NOTHING;
  const fork = await forkPoint(repository, head);
  if (fork) return fork;
  if (parent === null) {
    return to.kind === 'work-tree'
      ? { commit: head, kind: 'commit', told: `${short(head)}, the only commit` }
      : NOTHING;
  }
  return { commit: parent, kind: 'commit', told: `${short(parent)}, the commit before (nothing is known to be live)` };
}
