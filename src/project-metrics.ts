/** Metrics of a store: what they need of its journal, and of the repository. Part of the composition root. */
import { childEnvironment } from './config/child-environment.ts';
import { readEvents } from './core/audit.ts';
import type { EventKind } from './core/events.ts';
import type { EnvironmentRow } from './core/views.ts';
import type { Commit } from './metrics/metrics.ts';
import { createMetricsIndex, METRICS_KINDS, type MetricsIndex } from './metrics/metrics-index.ts';
import type { ExposedEnvironment } from './metrics/prometheus.ts';
import type { Store } from './stores/store.ts';
import { createExec } from './util/exec.ts';
import { createGit } from './util/git.ts';

const isOfStep = (kind: EventKind): boolean => kind.startsWith('step.') || kind.startsWith('undo.');
const STEP_KINDS = METRICS_KINDS.filter(isOfStep);
const LIFE_KINDS = METRICS_KINDS.filter((kind) => !isOfStep(kind));

export interface MetricsReading {
  /** Null: every environment that the journal knows. */
  readonly environment: string | null;
  /** ISO time from which on the index is to be asked; empty: from the beginning. */
  readonly since: string;
}

/** What was live, open or failed as the period began, and which commits had been live before. */
const LEAD_IN_MS = 90 * 86_400_000;

/** @throws Problem STORE_UNREACHABLE, STORE_CORRUPT */
export async function readMetricsIndex(store: Store, { environment, since }: MetricsReading): Promise<MetricsIndex> {
  const index = createMetricsIndex();
  const rows = environment === null ? await store.view('environments', {}) : [{ environment }];
  const from = since === '' ? '' : new Date(Date.parse(since) - LEAD_IN_MS).toISOString();
  for (const { environment: name } of rows) {
    const [first] = await store.read({ environment: name, kinds: ['deployment.opened'], limit: 1 });
    // Says how old the journal is, where the rest of it is left unread.
    if (first && first.at < from) index.add(first);
    for (const query of [
      { kinds: LIFE_KINDS, since: from },
      { kinds: STEP_KINDS, since },
    ]) {
      for await (const page of readEvents(store, { environment: name, ...query })) page.forEach(index.add);
    }
  }
  return index;
}

/** What the views say of each environment now. @throws Problem STORE_UNREACHABLE */
export async function exposedEnvironments(store: Store): Promise<readonly ExposedEnvironment[]> {
  const rows = await store.view('environments', {});
  return Promise.all(rows.map(({ row }) => exposed(store, row as EnvironmentRow)));
}

async function exposed(store: Store, row: EnvironmentRow): Promise<ExposedEnvironment> {
  const { environment, live, open, attention, frozen } = row;
  const lease = await store.leases.read(environment);
  const [measured] =
    open === null
      ? []
      : await store.read({ deployment: open, kinds: ['analysis.measured'], newestFirst: true, limit: 1 });
  const schemas = Object.entries(live?.refs ?? {}).flatMap(([target, ref]) => {
    const version = ref?.['schemaVersion'];
    return version === undefined ? [] : [[target, String(version)] as const];
  });
  return {
    environment,
    live: live && { release: live.release, commit: live.source.commit, since: live.at },
    locked: lease !== null && lease.holder !== null && lease.expired !== true,
    attention: attention?.state ?? null,
    canaryShare: measured?.kind === 'analysis.measured' ? measured.data.share : null,
    frozen: frozen.length,
    schemas: Object.fromEntries(schemas),
  };
}

/** More than this is no history that anybody deploys in a year. */
const MOST_COMMITS = 100_000;

/** The newest commits of all branches by id; empty where there is no git, or no repository. */
export async function readCommits(directory: string): Promise<ReadonlyMap<string, Commit>> {
  const git = createGit(createExec(childEnvironment()), directory);
  const format = '--format=%H%x09%cI%x09%P';
  const log = await git('log', '--all', '--no-show-signature', `--max-count=${MOST_COMMITS}`, format);
  if (log.code !== 0) return new Map();
  const commits = log.stdout.split('\n').flatMap((line): [string, Commit][] => {
    const [id = '', at = '', parents = ''] = line.split('\t');
    return id === '' ? [] : [[id, { id, at, parents: parents.split(' ').filter((parent) => parent !== '') }]];
  });
  return new Map(commits);
}
