/** The repository, its commits and workflow runs as GitHub's API shows them. */
import { nodeId, repoUrl, showUser, time } from './show.ts';
import type { WorkflowRun, World } from './world.ts';

/** Fields that are the repository's own address and a word. */
const LISTS = (
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks ' +
  'git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls ' +
  'releases stargazers statuses subscribers subscription tags teams trees'
).split(' ');

export function showMinimalRepository(world: World) {
  const { owner, repo, url } = world;
  return {
    id: 1,
    node_id: nodeId('Repository', 1),
    name: repo,
    full_name: `${owner}/${repo}`,
    owner: showUser(world, owner),
    private: true,
    html_url: `${url}/${owner}/${repo}`,
    description: null,
    fork: false,
    url: repoUrl(world),
    ...Object.fromEntries(LISTS.map((name) => [`${name}_url`, `${repoUrl(world)}/${name}`])),
  };
}

export function showRepository(world: World) {
  const at = time(world.startedAt);
  const address = `${world.url}/${world.owner}/${world.repo}`;
  const counts =
    'forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count subscribers_count';
  return {
    ...showMinimalRepository(world),
    ...Object.fromEntries(counts.split(' ').map((name) => [name, 0])),
    ...Object.fromEntries(['issues', 'projects', 'wiki', 'pages', 'discussions'].map((name) => [`has_${name}`, false])),
    clone_url: `${address}.git`,
    git_url: `${address}.git`,
    ssh_url: `git@127.0.0.1:${world.owner}/${world.repo}.git`,
    svn_url: address,
    mirror_url: null,
    default_branch: world.defaultBranch,
    homepage: null,
    language: null,
    archived: false,
    disabled: false,
    visibility: 'private',
    license: null,
    permissions: { admin: false, push: true, pull: true },
    pushed_at: at,
    created_at: at,
    updated_at: at,
  };
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly author: string;
  readonly email: string;
  /** ISO 8601. */
  readonly date: string;
  readonly tree: string;
  readonly parents: readonly string[];
}

export function showCommit(world: World, { sha, message, author, email, date, tree, parents }: Commit) {
  const url = `${repoUrl(world)}/commits/${sha}`;
  const html = (one: string) => `${world.url}/${world.owner}/${world.repo}/commit/${one}`;
  const person = { name: author, email, date };
  return {
    url,
    sha,
    node_id: Buffer.from(`Commit:${sha}`).toString('base64'),
    html_url: html(sha),
    comments_url: `${url}/comments`,
    commit: {
      url: `${repoUrl(world)}/git/commits/${sha}`,
      author: person,
      committer: person,
      message,
      comment_count: 0,
      tree: { sha: tree, url: `${repoUrl(world)}/git/trees/${tree}` },
    },
    author: null,
    committer: null,
    parents: parents.map((one) => ({ sha: one, url: `${repoUrl(world)}/commits/${one}`, html_url: html(one) })),
  };
}

export function showRun(world: World, run: WorkflowRun) {
  const url = `${repoUrl(world)}/actions/runs/${run.id}`;
  const lists = ['jobs', 'logs', 'artifacts', 'cancel', 'rerun'];
  return {
    id: run.id,
    node_id: nodeId('WorkflowRun', run.id),
    name: run.workflow,
    display_title: run.workflow,
    head_branch: run.ref.replace(/^refs\/heads\//, ''),
    head_sha: run.sha,
    path: `.github/workflows/${run.workflow}`,
    run_number: run.number,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: 1,
    url,
    html_url: `${world.url}/${world.owner}/${world.repo}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(run.createdAt),
    head_commit: null,
    repository: showMinimalRepository(world),
    head_repository: showMinimalRepository(world),
    check_suite_url: `${repoUrl(world)}/check-suites/1`,
    workflow_url: `${repoUrl(world)}/actions/workflows/1`,
    ...Object.fromEntries(lists.map((name) => [`${name}_url`, `${url}/${name}`])),
  };
}
