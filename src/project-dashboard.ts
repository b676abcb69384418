/** The dashboard put together from a project, or from a store alone. Part of the composition root. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DashboardConfig } from './config/config.ts';
import type { Environment as Surroundings } from './config/environment.ts';
import { describeError, isProblem, Problem } from './core/errors.ts';
import type { StopSignal } from './core/runtime.ts';
import { VIEWS } from './core/views.ts';
import { openProject, type Project } from './project.ts';
import { partsOf } from './project-dashboard-parts.ts';
import { type Notifications, notificationsOf } from './project-notify.ts';
import { createApp, HEALTHY } from './server/app.ts';
import { isEverywhere, isLoopback } from './server/auth/hosts.ts';
import { listen, serve } from './server/serve.ts';
import type { Acting } from './server/parts.ts';
import { openStore } from './stores/open.ts';
import type { Store } from './stores/store.ts';

export interface DashboardOptions {
  readonly cwd: string;
  readonly env: Surroundings;
  readonly version: string;
  readonly argv: readonly string[];
  readonly file?: string;
  /** An SQLite file to show instead of the configuration's store: nothing can be changed then. */
  readonly store?: string;
  readonly host: string;
  readonly port: number;
  readonly allowLocalStoreInCi: boolean;
  /** `gently` ends the dashboard; `now` also what was begun from it. */
  readonly stop: StopSignal;
  /** For whoever runs it: what could not be done, redacted. */
  readonly log: (text: string) => void;
}

export interface Dashboard {
  /** Where people reach it. */
  readonly url: string;
  /** Where it listens: behind a proxy another address. */
  readonly listening: string;
  readonly where: string;
  readonly readOnly: string | null;
  /** One-time, new each time; for whoever sits at this machine, where it listens there. */
  signInLink(): string;
  /** Rollbacks begun from it that are not over yet. */
  readonly underWay: number;
  close(): Promise<void>;
}

/** What is read from: a project, or a store alone. */
interface Subject {
  readonly store: Store;
  readonly project: Project | null;
  close(): Promise<void>;
}

async function openSubject(options: DashboardOptions): Promise<Subject> {
  const { cwd, env, version, argv, file, store: named, stop } = options;
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (!existsSync(path)) {
      throw new Problem('USAGE', `There is no store ${named}`, { next: 'belay dashboard --store FILE, or without it' });
    }
    const store = await openStore({ location: { type: 'sqlite', path }, views: VIEWS, ci: env.ci, allowInCi: true });
    return { store, project: null, close: () => store.close() };
  }
  const project = await openProject({
    cwd,
    env,
    version,
    argv,
    // A rollback that was begun is not taken back because the dashboard ends.
    stop: { gently: new AbortController().signal, now: stop.now },
    emit: (notice) => (notice.type === 'note' ? options.log(notice.text) : undefined),
    allowLocalStoreInCi: options.allowLocalStoreInCi,
    ...(file === undefined ? {} : { file }),
  });
  return { store: project.runtime.store, project, close: () => project.close() };
}

function actingOf({ project }: Subject, running: Set<Promise<void>>, log: (text: string) => void): Acting | null {
  if (!project) return null;
  const { runtime } = project;
  return {
    environment: (name) => project.environment(name),
    runtime: (actor, doing, emit) => ({
      ...runtime,
      actor,
      holder: { ...runtime.holder, user: actor, reason: doing },
      emit(notice) {
        emit(notice);
        runtime.emit(notice);
      },
    }),
    background(work) {
      const done = work
        .catch((error: unknown) => log(isProblem(error) ? describeError(error) : String(error)))
        .finally(() => running.delete(done));
      running.add(done);
    },
  };
}

/** @throws Problem PORT_TAKEN, and those of opening a project */
export async function openDashboard(options: DashboardOptions): Promise<Dashboard> {
  const subject = await openSubject(options);
  try {
    return await serveDashboard(options, subject);
  } catch (error) {
    await subject.close();
    throw error;
  }
}

async function serveDashboard(options: DashboardOptions, subject: Subject): Promise<Dashboard> {
  const { host } = options;
  const log = (text: string) => options.log(subject.project?.clean(text) ?? text);
  requireSignIn(options, subject.project?.config.dashboard ?? null);
  const { server, port } = await listen(host, options.port).catch(async (error: unknown) => {
    throw await portProblem(error, options);
  });
  try {
    return await answering(options, subject, { server, port, log });
  } catch (error) {
    // What listens keeps the process alive.
    server.close();
    throw error;
  }
}

interface Listener extends Awaited<ReturnType<typeof listen>> {
  readonly log: (text: string) => void;
}

async function answering(
  options: DashboardOptions,
  subject: Subject,
  { server, port, log }: Listener,
): Promise<Dashboard> {
  const { host } = options;
  const running = new Set<Promise<void>>();
  const ending = new AbortController();
  const notifications = await notificationsFor(options, subject, log);
  const acting = actingOf(subject, running, log);
  const parts = await partsOf({
    ...options,
    ...subject,
    acting,
    notifications,
    port,
    listening: addressOf(host, port),
  });
  const dashboard = createApp(parts);
  const listening = serve(server, dashboard);
  // Whoever deploys with messages left over is helped; where nobody is to be told, the store is left in peace.
  const delivering =
    notifications && notifications.channels.length > 0
      ? notifications.deliverForever(ending.signal).catch((error: unknown) => log(describeError(error)))
      : null;
  return {
    url: parts.auth.url,
    listening: addressOf(host, port),
    where: `${subject.store.kind}: ${subject.store.where}`,
    readOnly: parts.readOnly,
    signInLink: () => (isLoopback(host) ? addressOf(host, port) : parts.auth.url) + dashboard.signInPath(),
    get underWay() {
      return running.size;
    },
    async close() {
      await Promise.all([listening.close(), dashboard.close()]);
      await Promise.all(running);
      ending.abort();
      await delivering;
      await subject.close();
    },
  };
}

async function notificationsFor(
  { env }: DashboardOptions,
  { project, store }: Subject,
  log: (text: string) => void,
): Promise<Notifications | null> {
  if (!project) return null;
  return notificationsOf({ config: project.config, env, store, clean: project.clean, log });
}

/** Whoever could reach it from elsewhere must be able to say who they are. @throws Problem USAGE */
function requireSignIn({ host, store }: DashboardOptions, config: DashboardConfig | null): void {
  if (isLoopback(host)) return;
  const refuse = (why: string, next: string) =>
    new Problem('USAGE', `The dashboard does not listen on ${host}`, { why, next, retry: 'after-change' });
  if (store !== undefined) throw refuse('a store alone has nobody who may sign in', 'leave --host out');
  if (!config || !(config.github || config.oidc || config.tokens)) {
    throw refuse('others could reach it, and no way to sign in is configured', 'belay config explain dashboard');
  }
  if (isEverywhere(host) && config.url === null) {
    throw refuse('it would not know by which name people may ask for it', 'belay config explain dashboard.url');
  }
}

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;

/** Whether it is one of us that has the port. */
async function whoListens(host: string, port: number): Promise<string> {
  const signal = AbortSignal.timeout(500);
  const answer = await fetch(`${addressOf(isEverywhere(host) ? '127.0.0.1' : host, port)}/healthz`, { signal })
    .then((found) => found.text())
    .catch(() => '');
  return answer === HEALTHY ? 'a Belay dashboard listens there already' : 'another program listens there';
}

async function portProblem(error: unknown, { host, port }: DashboardOptions): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new Problem('PORT_TAKEN', `Port ${port} of ${host} is taken`, {
      why: await whoListens(host, port),
      next: `belay dashboard --port ${port + 1}`,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Problem('USAGE', `Cannot listen on ${host}:${port}`, {
      why: code === 'EACCES' ? 'ports below 1024 are for root' : 'this machine has no such address',
      next: 'belay dashboard --host 127.0.0.1 --port 4400',
      cause: error,
    });
  }
  return error;
}
