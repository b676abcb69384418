/** Everything that the server is made of, from a project or a store alone. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DashboardConfig } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import type { Project } from './project.ts';
import { channelBoard, logReader, pendingFromGit } from './project-dashboard-boards.ts';
import { createHealthBoard } from './project-dashboard-health.ts';
import { settingsOf } from './project-dashboard-settings.ts';
import { exposedEnvironments, readCommits } from './project-metrics.ts';
import type { Notifications } from './project-notify.ts';
import { hostsOf } from './server/auth/hosts.ts';
import type { Acting, AuthSettings, MetricsSettings, ServerParts } from './server/parts.ts';
import { readPushed } from './server/routes/webhooks.ts';
import { pendingOf } from './server/views/pushed.ts';
import type { Store } from './stores/store.ts';
import { systemClock } from './util/clock.ts';

export interface DashboardSubject {
  readonly env: Surroundings;
  readonly version: string;
  readonly store: Store;
  /** Null: a store alone is shown. */
  readonly project: Project | null;
  readonly acting: Acting | null;
  readonly notifications: Notifications | null;
  readonly host: string;
  readonly port: number;
  readonly listening: string;
  readonly log: (text: string) => void;
}

const READ_ONLY = 'only the store is shown: there is no configuration to act with';
const COMMITS_FRESH_MS = 60_000;

/** SQLite is looked at often, as nothing tells of it; what tells by itself, now and then in case it was not heard. */
const POLL_MS = { sqlite: 100, silent: 1_000, telling: 2_000 };

function pollMsOf({ kind, changes }: Store): number {
  if (kind === 'sqlite') return POLL_MS.sqlite;
  return changes ? POLL_MS.telling : POLL_MS.silent;
}

/** In a checkout, where `dashboard` beside `src` holds the sources; else beside the bundle. */
const PAGES = ['../dist/dashboard', '../dashboard'];

function pagesFolder(): string | null {
  const folders = PAGES.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.find((folder) => existsSync(`${folder}/index.html`)) ?? null;
}

export async function partsOf(subject: DashboardSubject): Promise<ServerParts> {
  const { project, store, notifications, log } = subject;
  const clock = systemClock();
  const repository = (await notifications?.delivering.repository()) ?? null;
  const fromGit = project ? pendingFromGit(project, repository) : async () => null;
  return {
    store,
    version: subject.version,
    app: project?.config.app ?? null,
    environments: Object.values(project?.config.environments ?? {}).map(({ name, targets }) => ({
      name,
      targets: Object.entries(targets).map(([target, { type }]) => ({ name: target, kind: type })),
    })),
    readOnly: project ? null : READ_ONLY,
    repository,
    acting: subject.acting,
    health: project && createHealthBoard(project),
    logs: logReader(project, store),
    channels: notifications && channelBoard(notifications),
    settings: {
      file: project?.loaded.file ?? null,
      sections: project ? [...settingsOf(project.config, project.clean)] : [],
    },
    people: peopleOf(project?.config.dashboard ?? null),
    metrics: metricsSettings(project, store),
    pending: async (environment, live) =>
      // GitHub knows what was pushed; the checkout beside us may be behind it.
      pendingOf(await readPushed(store.documents), live, repository) ?? fromGit(environment, live),
    auth: authOf(subject),
    pages: pagesFolder(),
    clock: { now: () => clock.now(), wall: () => clock.wall() },
    random: () => randomBytes(24).toString('base64url'),
    pollMs: pollMsOf(store),
    log,
  };
}

function authOf(subject: DashboardSubject): AuthSettings {
  const { project, env, host, port } = subject;
  const config = project?.config.dashboard ?? null;
  const url = config?.url ?? subject.listening;
  const { github, oidc, webhookSecret } = config ?? { github: null, oidc: null, webhookSecret: null };
  return {
    url,
    port,
    hosts: hostsOf(url, host, port),
    // A store that is only shown lets in who started it.
    tokens: project !== null && (config?.tokens ?? true),
    github: github && { ...github, clientSecret: () => github.clientSecret.reveal() },
    oidc: oidc && { ...oidc, clientSecret: () => oidc.clientSecret.reveal() },
    webhookSecret: webhookSecret && (() => webhookSecret.reveal()),
    owner: { name: project?.runtime.actor ?? env.user ?? 'you', role: 'admin' },
  };
}

function peopleOf(config: DashboardConfig | null): ServerParts['people'] {
  const listed = (kind: string, allow: Readonly<Record<string, string>>) =>
    Object.entries(allow).map(([name, role]) => ({ name, role, kind, createdAt: null }));
  return [...listed('github', config?.github?.allow ?? {}), ...listed('oidc', config?.oidc?.allow ?? {})];
}

const NO_LIMITS = {
  teamSize: null,
  deploysPerWeek: null,
  users: null,
  usersNow: null,
  failureRate: null,
  recoveryMs: null,
};

function metricsSettings(project: Project | null, store: Store): MetricsSettings {
  const exposed = () => exposedEnvironments(store);
  if (!project) return { review: NO_LIMITS, commits: async () => new Map(), exposed };
  const { config, runtime } = project;
  let known: ReturnType<typeof readCommits> | null = null;
  let at = Number.NEGATIVE_INFINITY;
  return {
    review: config.review,
    exposed,
    async commits() {
      if (known && runtime.clock.now() - at < COMMITS_FRESH_MS) return known;
      at = runtime.clock.now();
      known = readCommits(config.directory);
      return known;
    },
  };
}
