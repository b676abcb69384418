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
  /** ISO times; only deployments opened at or after the one, and before the other. */
  readonly since?: string;
  readonly until?: string;
  /** In id, release, commit, branch, subject, author, actor or reason, whatever its case. */
  readonly text?: string;
  /** Id of a deployment: only those opened before it. */
  readonly before?: string;
  readonly limit: number;
}

export interface HistoryPage {
  /** Fewer than the limit where a text is looked for and a page would have taken too long: `next` goes on. */
  readonly deployments: readonly DeploymentRow[];
  /** What to give as `before` for the next page; null at the end. */
  readonly next: string | null;
}

/** A text is looked for in so many deployments at a time: some 30 ms. */
const SEARCHED = 1_500;
const SEARCH_PAGE = 500;

const sortOf = (row: DeploymentRow): string => `${row.openedAt} ${row.id}`;

function matcher(text: string | undefined): (row: DeploymentRow) => boolean {
  if (text === undefined || text === '') return () => true;
  const wanted = text.toLowerCase();
  return ({ id, release, source, actor, reason }) =>
    [id, release, source.commit, source.branch, source.subject, source.author, actor, reason].some((part) =>
      part?.toLowerCase().includes(wanted),
    );
}

/** The earlier of where the page before has ended and the end of the window. */
function startOf(before: DeploymentRow | null, until: string | undefined): string | undefined {
  const starts = [...(before ? [sortOf(before)] : []), ...(until === undefined ? [] : [until])];
  return starts.toSorted()[0];
}

/** @throws Problem DEPLOYMENT_UNKNOWN when `before` names none */
export async function readHistory(store: Store, query: HistoryQuery): Promise<HistoryPage> {
  const { environment, outcome, actor, since, until, text, limit } = query;
  const matches = matcher(text);
  let before = startOf(query.before === undefined ? null : await findDeployment(store, query.before), until);
  // One more says whether there is a next page.
  const size = text ? Math.max(limit + 1, SEARCH_PAGE) : limit + 1;
  const found: DeploymentRow[] = [];
  for (let searched = 0; ;) {
    const page = await store.view('deployments', {
      limit: size,
      ...(environment === undefined ? {} : { environment }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(actor === undefined ? {} : { actor }),
      ...(before === undefined ? {} : { before }),
    });
    const rows = page.map((one) => one.row as DeploymentRow);
    const within = rows.filter((row) => since === undefined || row.openedAt >= since);
    found.push(...within.filter(matches));
    const deployments = found.slice(0, limit);
    if (found.length > limit) return { deployments, next: deployments.at(-1)?.id ?? null };
    const last = within.at(-1);
    if (within.length < size || !last) return { deployments, next: null };
    searched += size;
    if (searched >= SEARCHED) return { deployments, next: last.id };
    before = sortOf(last);
  }
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
