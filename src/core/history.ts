/** Deployments by who, when and how they ended, newest first, a page at a time. Takes no lock and writes nothing. */
import type { Store } from '../stores/store.ts';
import { Problem } from './errors.ts';
import type { Outcome } from './state.ts';
import type { DeploymentRow } from './views.ts';

export interface HistoryQuery {
  /** One environment; all of them without it. */
  readonly environment?: string;
  readonly outcome?: Outcome;
  readonly actor?: string;
  /** ISO time; only deployments opened then or later. */
  readonly since?: string;
  /** Id of a deployment: only those opened before it. */
  readonly before?: string;
  readonly limit: number;
}

export interface HistoryPage {
  readonly deployments: readonly DeploymentRow[];
  /** What to give as `before` for the next page; null at the end. */
  readonly next: string | null;
}

const sortOf = (row: DeploymentRow): string => `${row.openedAt} ${row.id}`;

/** @throws Problem DEPLOYMENT_UNKNOWN when `before` names none */
export async function readHistory(store: Store, query: HistoryQuery): Promise<HistoryPage> {
  const { environment, outcome, actor, since, limit } = query;
  const start = query.before === undefined ? null : await findDeployment(store, query.before);
  const rows = await store.view('deployments', {
    // One more says whether there is a next page.
    limit: limit + 1,
    ...(environment === undefined ? {} : { environment }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(actor === undefined ? {} : { actor }),
    ...(start ? { before: sortOf(start) } : {}),
  });
  const found = rows
    .map((one) => one.row as DeploymentRow)
    .filter((row) => since === undefined || row.openedAt >= since);
  const deployments = found.slice(0, limit);
  return { deployments, next: found.length > limit ? (deployments.at(-1)?.id ?? null) : null };
}

/** By id or the beginning of one. @throws Problem DEPLOYMENT_UNKNOWN, USAGE when several begin like that */
export async function findDeployment(store: Store, id: string): Promise<DeploymentRow> {
  const [exact] = await store.view('deployments', { key: id, limit: 1 });
  if (exact) return exact.row as DeploymentRow;
  const rows = (await store.view('deployments', { limit: 1_000 })).map((one) => one.row as DeploymentRow);
  const matches = rows.filter((row) => row.id.startsWith(id) || row.id.startsWith(`d-${id}`));
  const [first, ...others] = matches;
  if (!first) throw new Problem('DEPLOYMENT_UNKNOWN', `There is no deployment ${id}`, { next: 'belay history' });
  if (others.length === 0) return first;
  throw new Problem('USAGE', `${matches.length} deployments begin with ${id}`, {
    why: matches
      .slice(0, 5)
      .map((row) => row.id)
      .join(', '),
    next: `belay show ${first.id}`,
  });
}
