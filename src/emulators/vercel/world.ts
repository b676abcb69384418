/** The state of one emulated account, and how its parts are found. */
import { join } from 'node:path';
import type { Check, CheckRun } from './checks.ts';
import { id } from './ids.ts';
import type { Alias, Deployment, Plan, Project, VercelScenario } from './model.ts';
import { notFound } from './refusal.ts';

export interface EdgeConfig {
  readonly id: string;
  readonly slug: string;
  readonly createdAt: number;
  readonly items: Map<string, { readonly value: unknown; readonly createdAt: number; readonly updatedAt: number }>;
  updatedAt: number;
}

export interface World {
  readonly token: string;
  readonly team: { readonly id: string; readonly slug: string; readonly name: string };
  readonly user: { readonly uid: string; readonly username: string; readonly email: string };
  readonly startedAt: number;
  /** Uploads and builds. */
  readonly home: string;
  /** What builds and servers see of the machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long an alias job takes, in milliseconds. */
  readonly jobMs: number;
  /** How long a minute of a rolling release's stage is, in milliseconds. */
  readonly minuteMs: number;
  readonly projects: Map<string, Project>;
  readonly deployments: Map<string, Deployment>;
  /** By the name of the alias. Production's own domains are in the project. */
  readonly aliases: Map<string, Alias>;
  readonly edgeConfigs: Map<string, EdgeConfig>;
  readonly checks: Map<string, Check>;
  readonly checkRuns: Map<string, CheckRun>;
  readonly scenario: VercelScenario;
  plan: Plan;
  /** Runs later, unless the emulator closes before. */
  later(ms: number, job: () => void): void;
  /** What must be stopped when the emulator closes. */
  readonly closers: Set<() => Promise<void>>;
}

export interface WorldOptions {
  readonly token: string;
  readonly team: string;
  readonly plan: Plan;
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly jobMs: number;
  readonly minuteMs: number;
}

export function createWorld({ team, ...options }: WorldOptions): World {
  const timers = new Set<NodeJS.Timeout>();
  const closers = new Set<() => Promise<void>>();
  closers.add(async () => timers.forEach((timer) => clearTimeout(timer)));
  return {
    ...options,
    team: { id: id('team_'), slug: team, name: team },
    user: { uid: id('', 24), username: 'belay', email: 'belay@example.com' },
    startedAt: Date.now(),
    projects: new Map(),
    deployments: new Map(),
    aliases: new Map(),
    edgeConfigs: new Map(),
    checks: new Map(),
    checkRuns: new Map(),
    scenario: {},
    later(ms, job) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        job();
      }, ms);
      timers.add(timer);
    },
    closers,
  };
}

/** By id or name. */
export function projectOf(world: World, idOrName: string | undefined): Project {
  const found =
    world.projects.get(idOrName ?? '') ?? [...world.projects.values()].find(({ name }) => name === idOrName);
  if (!found) throw notFound('project');
  return found;
}

/** By id, or by its host (with or without the scheme). */
export function deploymentOf(world: World, idOrUrl: string | undefined): Deployment {
  const host = (idOrUrl ?? '').replace(/^https?:\/\//, '').replace(/\/$/, '');
  const found = world.deployments.get(host) ?? [...world.deployments.values()].find(({ url }) => url === host);
  const alias =
    world.aliases.get(host)?.deploymentId ?? [...world.projects.values()].find(({ domain }) => domain === host)?.live;
  const aliased = found ?? world.deployments.get(alias ?? '');
  if (!aliased) throw notFound('deployment');
  return aliased;
}

/** A deployment that must belong to the project. */
export function deploymentIn(world: World, project: Project, deploymentId: string | undefined): Deployment {
  const found = world.deployments.get(deploymentId ?? '');
  if (!found || found.projectId !== project.id) throw notFound('deployment');
  return found;
}

export const folderOf = (world: World, deploymentId: string): string => join(world.home, 'builds', deploymentId);
