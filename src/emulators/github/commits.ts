/** Commits and comparisons, read from the repository that stands behind the emulator. */
import { notFound } from './refusal.ts';
import { repoUrl } from './show.ts';
import { type Commit, showCommit } from './show-repository.ts';
import { commitOf, git, type World } from './world.ts';

const FORMAT = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%s';

export async function readCommit(world: World, sha: string): Promise<Commit> {
  const line = await git(world, 'show', '--no-patch', `--format=${FORMAT}`, sha);
  return line === null ? unknownCommit(world, sha) : parse(line);
}

/** `base...head`, as the vendor compares: from their merge base. */
export async function compare(world: World, basehead: string) {
  const [base = '', head = ''] = basehead.split('...');
  const [from, to] = await Promise.all([commitOf(world, base), commitOf(world, head)]);
  if (from === null || to === null) throw notFound();
  const mergeBase = (await git(world, 'merge-base', from, to)) ?? from;
  const [ahead, behind] = await Promise.all([log(world, from, to), log(world, to, from)]);
  const url = `${repoUrl(world)}/compare/${basehead}`;
  const html = `${world.url}/${world.owner}/${world.repo}/compare/${basehead}`;
  const status =
    ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged';
  return {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: showCommit(world, await readCommit(world, from)),
    merge_base_commit: showCommit(world, await readCommit(world, mergeBase)),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: ahead.map((each) => showCommit(world, each)),
    files: [],
  };
}

/** What `to` has and `from` has not, oldest first. */
async function log(world: World, from: string, to: string): Promise<Commit[]> {
  const text = await git(world, 'log', '--reverse', `--format=${FORMAT}`, `${from}..${to}`);
  return text ? text.split('\n').map(parse) : [];
}

function parse(line: string): Commit {
  const [sha = '', tree = '', parents = '', author = '', email = '', date = '', message = ''] = line.split('\0');
  return { sha, tree, parents: parents === '' ? [] : parents.split(' '), author, email, date, message };
}

/** Without a repository nothing is known of a commit but its name. */
const unknownCommit = (world: World, sha: string): Commit => ({
  sha,
  tree: sha,
  parents: [],
  author: 'unknown',
  email: 'unknown@example.com',
  date: new Date(world.startedAt).toISOString(),
  message: '',
});
