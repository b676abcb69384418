/** Every deployment, newest first, narrowed by what the address says. */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { DeploymentSummary, HistoryPage } from '../../../src/server/api/deployments.ts';
import { address, withQuery } from '../api.ts';
import { DownloadLink } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { useFilters } from '../components/filters.tsx';
import { Loaded } from '../components/loaded.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { Table } from '../components/table.tsx';
import { useHeld } from '../components/use-held.ts';
import { WaitingButton } from '../components/waiting-button.tsx';
import { historyColumns } from '../history/columns.tsx';
import { asQuery, HISTORY_FILTERS, HistoryFilters } from '../history/history-filters.tsx';
import { historyQuery } from '../queries.ts';

const keyOf = (row: DeploymentSummary): string => row.id;
const hrefOf = (row: DeploymentSummary): string => `/deployments/${row.id}`;

export function DeploymentsPage() {
  const [filters, change] = useFilters(HISTORY_FILTERS);
  const asked = asQuery(filters);
  const query = useInfiniteQuery(historyQuery(asked));
  return (
    <Page
      title="Deployments"
      actions={
        <>
          <DownloadLink href={address(withQuery('/deployments/export', { ...asked, format: 'csv' }))}>
            Export CSV
          </DownloadLink>
          <DownloadLink href={address(withQuery('/deployments/export', { ...asked, format: 'json' }))}>
            JSON
          </DownloadLink>
        </>
      }
    >
      <HistoryFilters filters={filters} actors={query.data?.pages[0]?.actors ?? []} onChange={change} />
      <Loaded query={query} rows={12} rowHeight={53}>
        {(data) => (
          <>
            <Rows pages={data.pages} narrowed={Object.keys(filters).length > 0} list={JSON.stringify(asked)} />
            <MoreButton query={query} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface RowsProps {
  readonly pages: readonly HistoryPage[];
  readonly narrowed: boolean;
  readonly list: string;
}

function Rows({ pages, narrowed, list }: RowsProps) {
  const { rows, waiting, show, watch } = useHeld(
    pages.flatMap((page) => page.deployments),
    keyOf,
    list,
  );
  if (rows.length === 0) {
    return narrowed ? (
      <Empty>No deployment is like this.</Empty>
    ) : (
      <Empty next="belay deploy">Nothing has been deployed yet.</Empty>
    );
  }
  return (
    <div {...watch}>
      <WaitingButton n={waiting} onClick={show} />
      <Panel title="History" hidden flush>
        <Table
          caption="Deployments, newest first"
          columns={historyColumns(rows)}
          rows={rows}
          keyOf={keyOf}
          hrefOf={hrefOf}
        />
      </Panel>
    </div>
  );
}
