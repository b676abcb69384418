/** Snapshots of protected data: of what, before which release, whether they can be trusted, until when they are kept. */
import { useQuery } from '@tanstack/react-query';
import { EnvironmentChoice } from '../components/environment-choice.tsx';
import { Link } from 'wouter';
import type { Snapshots } from '../../../src/server/api/record.ts';
import { Ago, Until } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { Empty } from '../components/empty.tsx';
import { Filters, useFilters } from '../components/filters.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { ShortId } from '../components/short-id.tsx';
import { type Column, Table } from '../components/table.tsx';
import { bytes, short } from '../format.ts';
import { snapshotsQuery } from '../queries.ts';
import type { State } from '../states.ts';

type Snapshot = Snapshots['snapshots'][number];

function stateOf({ prunedAt, verifiedAt }: Snapshot): State {
  if (prunedAt !== null) return { shape: 'dash', tone: 'grey', word: 'removed' };
  if (verifiedAt !== null) return { shape: 'circle', tone: 'green', word: 'verified' };
  return { shape: 'dash', tone: 'grey', word: 'not verified' };
}

const COLUMNS: readonly Column<Snapshot>[] = [
  { name: 'Taken', cell: (row) => <Ago at={row.at} /> },
  { name: 'State', cell: (row) => <Badge state={stateOf(row)} /> },
  { name: 'Environment', cell: (row) => row.environment },
  { name: 'Target', cell: (row) => row.target },
  { name: 'Snapshot', wide: true, cell: (row) => <ShortId id={row.id} what="snapshot id" /> },
  {
    name: 'Before',
    minor: true,
    cell: (row) =>
      row.deployment !== null && (
        <Link href={`/deployments/${row.deployment}`}>{short(row.release ?? row.deployment)}</Link>
      ),
  },
  {
    name: 'Size',
    right: true,
    cell: (row) => (row.bytes === null ? <span className="quiet">unknown</span> : bytes(row.bytes)),
  },
  {
    name: 'Restored',
    minor: true,
    cell: (row) => (row.restoredAt === null ? <span className="quiet">never</span> : <Ago at={row.restoredAt} />),
  },
  {
    name: 'Kept until',
    minor: true,
    cell: (row) =>
      row.prunedAt !== null ? (
        <Ago at={row.prunedAt} />
      ) : row.expiresAt === null ? (
        <span className="quiet">no end</span>
      ) : (
        <Until at={row.expiresAt} />
      ),
  },
];

export function SnapshotsPage() {
  const [filters, change] = useFilters(['environment']);
  const query = useQuery(snapshotsQuery);
  const wanted = filters['environment'] ?? '';
  const names = [...new Set(query.data?.snapshots.map((row) => row.environment))];
  return (
    <Page title="Snapshots">
      <Loaded query={query} rows={8}>
        {({ snapshots }) =>
          snapshots.length === 0 ? (
            <Empty next="belay snapshot">No data is protected yet, or nothing has been deployed since it is.</Empty>
          ) : (
            <>
              <Filters>
                <EnvironmentChoice value={wanted} names={names} onChange={(value) => change('environment', value)} />
              </Filters>
              <Panel title="Snapshots" hidden flush>
                <Table
                  caption="Snapshots, newest first"
                  columns={COLUMNS}
                  rows={snapshots.filter((row) => wanted === '' || row.environment === wanted)}
                  keyOf={(row) => row.id}
                />
              </Panel>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
