/** What the record of a scratch project says, and what its noop targets say, read without the command line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyEnvironment } from '../../src/core/audit.ts';
import type { JournalEvent } from '../../src/core/events.ts';
import { type DeploymentRow, type EnvironmentRow, VIEWS } from '../../src/core/views.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import type { ScratchProject } from './project.ts';
import { until } from './until.ts';

export interface Recorded {
  readonly environment: EnvironmentRow | null;
  /** Newest first. */
  readonly deployments: readonly DeploymentRow[];
  readonly chainFault: string | null;
  readonly events: number;
  readonly lockedBy: string | null;
}

export async function withStore<T>(project: ScratchProject, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqlite({ path: join(project.folder, '.belay/journal.db'), views: VIEWS });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export function readRecord(project: ScratchProject, environment = 'production'): Promise<Recorded> {
  return withStore(project, (store) => recordIn(store, environment));
}

export async function recordIn(store: Store, environment = 'production'): Promise<Recorded> {
  const [row] = await store.view('environments', { environment, key: environment, limit: 1 });
  const deployments = await store.view('deployments', { environment, limit: 1_000 });
  const chain = await verifyEnvironment(store, environment);
  const lease = await store.leases.read(environment);
  return {
    environment: (row?.row as EnvironmentRow | undefined) ?? null,
    deployments: deployments.map((one) => one.row as DeploymentRow),
    chainFault: chain.fault?.what ?? null,
    events: chain.events,
    lockedBy: lease?.holder?.user ?? null,
  };
}

export interface NoopState {
  readonly live: string | null;
  readonly releases: Readonly<Record<string, string>>;
}

export function readNoop(project: ScratchProject, target: string, environment = 'production'): NoopState {
  const file = join(project.folder, '.belay/noop', environment, `${target}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as NoopState) : { live: null, releases: {} };
}

/** The whole journal of an environment, oldest first. */
export function readEvents(project: ScratchProject, environment = 'production'): Promise<readonly JournalEvent[]> {
  return withStore(project, (store) => store.read({ environment }));
}

/** Resolves when the journal of the project says that this step has begun. */
export async function untilStepBegins(project: ScratchProject, step: string, times = 1): Promise<void> {
  await until(`${step} begins`, async () => {
    if (!existsSync(join(project.folder, '.belay/journal.db'))) return false;
    const events = await readEvents(project);
    return events.filter((event) => event.kind === 'step.intended' && event.data.step === step).length >= times;
  });
}
