/** Pages of deployments, and one of them whole. */
import { findDeployment, readHistory } from '../../core/history.ts';
import { foldDeployment } from '../../core/state.ts';
import { describeLive, readEnvironmentRow } from '../../core/status.ts';
import type { DeploymentRow } from '../../core/views.ts';
import type { Store } from '../../stores/store.ts';
import type { z } from 'zod';
import type { Role } from '../api/vocabulary.ts';
import type { DeploymentDetail, HistoryPage, historyQuery } from '../api/deployments.ts';
import type { ServerParts } from '../parts.ts';
import { detailOf } from '../views/deployment-detail.ts';
import { summaryOf } from '../views/deployment-summary.ts';

/** Names to filter by are those of the latest deployments. */
const RECENT = 500;
/** How far back a release before is looked for, to compare with. */
const COMPARED = 200;

const sortOf = ({ openedAt, id }: DeploymentRow): string => `${openedAt} ${id}`;

/** Commits that went live in the environments of these rows, newest first: what each of them is compared with. */
async function committedBefore(store: Store, rows: readonly DeploymentRow[]) {
  const newest = new Map<string, DeploymentRow>();
  for (const row of rows) if (!newest.has(row.environment)) newest.set(row.environment, row);
  const lists = [...newest].map(async ([environment, row]) => {
    const query = { environment, outcome: 'committed', before: sortOf(row), limit: COMPARED };
    const found = await store.view('deployments', query);
    return [environment, found.map((one) => one.row as DeploymentRow)] as const;
  });
  const committed = new Map(await Promise.all(lists));
  return (row: DeploymentRow): string | undefined =>
    committed.get(row.environment)?.find((other) => sortOf(other) < sortOf(row))?.source.commit;
}

export async function readPage(parts: ServerParts, query: z.output<typeof historyQuery>): Promise<HistoryPage> {
  const { store, repository } = parts;
  const { limit, ...filters } = query;
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''));
  const [page, recent] = await Promise.all([
    readHistory(store, { limit, ...given }),
    store.view('deployments', { limit: RECENT }),
  ]);
  const before = await committedBefore(store, page.deployments);
  return {
    deployments: page.deployments.map((row) => summaryOf(row, repository, before(row))),
    next: page.next,
    actors: [...new Set(recent.map(({ row }) => (row as DeploymentRow).actor))].toSorted(),
  };
}

export async function readDetail(parts: ServerParts, id: string, role: Role): Promise<DeploymentDetail> {
  const { store, repository } = parts;
  const row = await findDeployment(store, id);
  const { environment: name } = row;
  const [events, environment, lease, live, before] = await Promise.all([
    store.read({ environment: name, deployment: row.id }),
    readEnvironmentRow(store, name),
    store.leases.read(name),
    describeLive(store, name),
    committedBefore(store, [row]),
  ]);
  const state = foldDeployment(events);
  if (!state) throw new Error(`deployment ${row.id} has a row and no event`);
  const held = lease?.holder !== undefined && lease.holder !== null && lease.expired !== true;
  return detailOf({
    row,
    state,
    events,
    environment,
    held,
    readOnly: parts.acting === null,
    repository,
    beforeCommit: before(row),
    live,
    role,
  });
}
