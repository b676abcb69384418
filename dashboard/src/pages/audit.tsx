/** The record itself: every event, and whether its chain is whole. */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEvent, AuditPage as Events } from '../../../src/server/api/record.ts';
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
import { asQuery } from '../history/history-filters.tsx';
import { auditQuery } from '../queries.ts';
import { AUDIT_FILTERS, AuditFilters } from '../record/audit-filters.tsx';
import { AUDIT_COLUMNS } from '../record/columns.tsx';
import { ChainPanel } from '../record/chains.tsx';

const keyOf = (event: AuditEvent): string => `${event.environment} ${event.n}`;

export function AuditPage() {
  const [filters, change] = useFilters(AUDIT_FILTERS);
  const asked = asQuery(filters);
  const query = useInfiniteQuery(auditQuery(asked));
  return (
    <Page
      title="Audit"
      actions={
        <>
          <DownloadLink href={address(withQuery('/audit/export', { ...asked, format: 'csv' }))}>
            Export CSV
          </DownloadLink>
          <DownloadLink href={address(withQuery('/audit/export', { ...asked, format: 'ndjson' }))}>NDJSON</DownloadLink>
        </>
      }
    >
      <ChainPanel />
      <AuditFilters filters={filters} onChange={change} />
      <Loaded query={query} rows={12} rowHeight={37}>
        {(data) => (
          <>
            <Rows pages={data.pages} list={JSON.stringify(asked)} />
            <MoreButton query={query} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Rows({ pages, list }: { readonly pages: readonly Events[]; readonly list: string }) {
  const { rows, waiting, show, watch } = useHeld(
    pages.flatMap((page) => page.events),
    keyOf,
    list,
  );
  if (rows.length === 0) return <Empty>No event is like this.</Empty>;
  return (
    <div {...watch}>
      <WaitingButton n={waiting} onClick={show} />
      <Panel title="Events" hidden flush>
        <Table caption="Events, newest first" columns={AUDIT_COLUMNS} rows={rows} keyOf={keyOf} />
      </Panel>
    </div>
  );
}
