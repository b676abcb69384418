/** What making and starting each release took. */
import type { ReleaseFigures } from '../../../src/metrics/metrics.ts';
import { Ago } from '../components/ago.tsx';
import { Panel } from '../components/panel.tsx';
import { type Column, Table } from '../components/table.tsx';
import { bytes } from '../format.ts';
import { seconds } from './values.ts';

const known = (value: number | null, show: (value: number) => string) =>
  value === null ? <span className="quiet">unknown</span> : show(value);

const COLUMNS: readonly Column<ReleaseFigures>[] = [
  { name: 'Release', cell: (row) => <code>{row.name}</code> },
  { name: 'Environment', wide: true, cell: (row) => row.environment },
  { name: 'Build', right: true, cell: (row) => known(row.buildSeconds, seconds) },
  { name: 'Start', right: true, cell: (row) => known(row.startSeconds, seconds) },
  { name: 'Memory', right: true, minor: true, cell: (row) => known(row.memoryBytes, bytes) },
  { name: 'When', right: true, cell: (row) => <Ago at={row.at} /> },
];
const SHOWN = 12;

export function Releases({ releases }: { readonly releases: readonly ReleaseFigures[] }) {
  if (releases.length === 0) return null;
  return (
    <Panel title="Releases" beside="build and start" flush>
      <Table
        caption="What making and starting each release took, newest first"
        columns={COLUMNS}
        rows={releases.slice(0, SHOWN)}
        keyOf={(row) => row.deployment}
        hrefOf={(row) => `/deployments/${row.deployment}`}
      />
    </Panel>
  );
}
