/** The state of one emulated repository. */
import { createExec } from '../../util/exec.ts';
import { Refusal } from './refusal.ts';

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: number;
  updatedAt: number;
  /** Newest first. */
  statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly createdAt: number;
}

export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly waitTimer: number;
  readonly preventSelfReview: boolean;
  readonly branchPolicy: { readonly protected_branches: boolean; readonly custom_branch_policies: boolean } | null;
  readonly createdAt: number;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly createdAt: number;
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: string;
  readonly message: string;
  readonly title?: string | undefined;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly startedAt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly completedAt: number | null;
  readonly detailsUrl: string | null;
  readonly externalId: string;
  readonly output: { readonly title: string | null; readonly summary: string | null; readonly text: string | null };
  readonly annotations: readonly Annotation[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly number: number;
  readonly workflow: string;
  readonly event: 'workflow_dispatch' | 'repository_dispatch';
  readonly ref: string;
  readonly sha: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
}

/** Behaviours that are no HTTP fault. */
export interface GithubScenario {
  /** A deployment without `auto_merge: false` answers 202 and is none: the default branch was merged first. */
  behindDefaultBranch?: boolean;
  /** The primary limit is used up: 403 with `x-ratelimit-remaining: 0`. */
  rateLimited?: boolean;
}

export interface World {
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** Of the server; known once it listens. */
  url: string;
  readonly startedAt: number;
  /** Path of a repository on this machine; without one any name of forty hex digits is a commit. */
  readonly repository: string | null;
  readonly environment: Readonly<Record<string, string>>;
  /** Names of workflow files that can be dispatched. */
  readonly workflows: readonly string[];
  readonly deployments: Deployment[];
  readonly environments: Environment[];
  readonly statuses: CommitStatus[];
  readonly checkRuns: CheckRun[];
  readonly runs: WorkflowRun[];
  readonly scenario: GithubScenario;
  nextId(): number;
}

/** Output of git in the repository; null where it refuses. */
export async function git(world: World, ...args: readonly string[]): Promise<string | null> {
  if (world.repository === null) return null;
  const { code, stdout } = await createExec(world.environment)(['git', '-C', world.repository, ...args]);
  return code === 0 ? stdout.trim() : null;
}

/** The commit that a branch, tag or (abbreviated) id stands for; null where there is none. */
export async function commitOf(world: World, ref: string): Promise<string | null> {
  if (world.repository !== null)
    return git(world, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  return /^[0-9a-f]{40}$/.test(ref) ? ref : null;
}

/** @throws Refusal 422 in the vendor's words */
export async function mustBeCommit(world: World, ref: string): Promise<string> {
  const sha = await commitOf(world, ref);
  if (sha === null) throw new Refusal(422, `No ref found for: ${ref}`);
  return sha;
}
