/** Deployments, statuses, environments and checks as GitHub's API shows them. */
import type { CheckRun, CommitStatus, Deployment, DeploymentStatus, Environment, World } from './world.ts';

export const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}:${id}`).toString('base64');
export const repoUrl = ({ url, owner, repo }: World): string => `${url}/repos/${owner}/${repo}`;

/** A list of API addresses, each below the address of the thing itself. */
const below = (url: string, names: readonly string[], path = (name: string) => name): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}_url`, `${url}/${path(name)}`]));

export function showUser(world: World, login: string) {
  const url = `${world.url}/users/${login}`;
  const lists = [
    'events',
    'followers',
    'following',
    'gists',
    'organizations',
    'received_events',
    'repos',
    'starred',
    'subscriptions',
  ];
  return {
    login,
    id: 1,
    node_id: nodeId('User', 1),
    avatar_url: `${world.url}/avatars/${login}`,
    gravatar_id: '',
    url,
    html_url: `${world.url}/${login}`,
    type: 'User',
    site_admin: false,
    ...below(url, lists),
  };
}

const actor = (world: World) => showUser(world, 'belay[bot]');

export function showDeployment(world: World, deployment: Deployment) {
  const { id, sha, ref, task, environment, description, payload, transient, production, createdAt, updatedAt } =
    deployment;
  const url = `${repoUrl(world)}/deployments/${id}`;
  return {
    url,
    id,
    node_id: nodeId('Deployment', id),
    sha,
    ref,
    task,
    payload,
    original_environment: environment,
    environment,
    description,
    creator: actor(world),
    created_at: time(createdAt),
    updated_at: time(updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: repoUrl(world),
    transient_environment: transient,
    production_environment: production,
  };
}

export function showDeploymentStatus(world: World, deployment: Deployment, status: DeploymentStatus) {
  const url = `${repoUrl(world)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: actor(world),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: time(status.createdAt),
    updated_at: time(status.createdAt),
    deployment_url: url,
    repository_url: repoUrl(world),
  };
}

export function showEnvironment(world: World, { id, name, waitTimer, branchPolicy, createdAt }: Environment) {
  const rules = [
    ...(waitTimer > 0 ? [{ id, node_id: nodeId('Gate', id), type: 'wait_timer', wait_timer: waitTimer }] : []),
    ...(branchPolicy === null ? [] : [{ id, node_id: nodeId('Gate', id), type: 'branch_policy' }]),
  ];
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: `${repoUrl(world)}/environments/${encodeURIComponent(name)}`,
    html_url: `${world.url}/${world.owner}/${world.repo}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: time(createdAt),
    updated_at: time(createdAt),
    protection_rules: rules,
    deployment_branch_policy: branchPolicy,
  };
}

export function showCommitStatus(
  world: World,
  { id, sha, state, context, description, targetUrl, createdAt }: CommitStatus,
) {
  return {
    url: `${repoUrl(world)}/statuses/${sha}`,
    avatar_url: null,
    id,
    node_id: nodeId('StatusContext', id),
    state,
    description,
    target_url: targetUrl,
    context,
    created_at: time(createdAt),
    updated_at: time(createdAt),
    creator: actor(world),
  };
}

export function showCheckRun(world: World, run: CheckRun) {
  const url = `${repoUrl(world)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    name: run.name,
    url,
    html_url: `${world.url}/${world.owner}/${world.repo}/runs/${run.id}`,
    details_url: run.detailsUrl,
    external_id: run.externalId,
    status: run.status,
    conclusion: run.conclusion,
    started_at: time(run.startedAt),
    completed_at: run.completedAt === null ? null : time(run.completedAt),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: 1 },
    app: null,
    pull_requests: [],
  };
}
