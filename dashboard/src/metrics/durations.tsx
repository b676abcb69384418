/** Where the time of deployments goes: by step and target, one of them drawn with the releases. */
import { useMemo } from 'react';
import type { DurationRow, Metrics } from '../../../src/metrics/metrics.ts';
import { Chart } from '../charts/chart.tsx';
import { Choice } from '../components/filters.tsx';
import { Panel } from '../components/panel.tsx';
import { type Column, Table } from '../components/table.tsx';
import { count } from '../format.ts';
import styles from './durations.module.css';
import { seriesPlot } from './metric-plots.ts';
import { seconds } from './values.ts';

const stepOf = (row: DurationRow): string => (row.stage === null ? row.step : `${row.step}, stage ${row.stage + 1}`);

const COLUMNS: readonly Column<DurationRow>[] = [
  { name: 'Step', cell: stepOf },
  { name: 'Target', cell: (row) => row.target ?? '–' },
  {
    name: 'Environment',
    wide: true,
    cell: (row) => (row.way === 'rollback' ? `${row.environment}, way back` : row.environment),
  },
  { name: 'n', right: true, cell: (row) => count(row.n) },
  { name: 'Median', right: true, cell: (row) => seconds(row.median) },
  { name: 'p75', right: true, minor: true, cell: (row) => seconds(row.p75) },
  { name: 'p95', right: true, cell: (row) => seconds(row.p95) },
  { name: 'Longest', right: true, minor: true, cell: (row) => seconds(row.longest) },
  { name: 'Latest', right: true, minor: true, cell: (row) => seconds(row.latest) },
];

interface DurationsProps {
  readonly metrics: Metrics;
  readonly chosen: string | null;
  readonly onChoose: (series: string) => void;
}

const nameOf = (row: DurationRow): string =>
  `${row.way === 'rollback' ? 'way back: ' : ''}${stepOf(row)}${row.target === null ? '' : ` on ${row.target}`} (${row.environment})`;

export function Durations({ metrics, chosen, onChoose }: DurationsProps) {
  const usual = metrics.regressions[0]?.series ?? metrics.series.find((one) => one.step === 'total')?.series;
  const series = metrics.series.find((one) => one.series === (chosen ?? usual)) ?? metrics.series[0];
  const plot = useMemo(() => (series === undefined ? null : seriesPlot(metrics, series)), [metrics, series]);
  if (series === undefined || plot === null) return null;
  return (
    <Panel
      title="Where the time goes"
      flush
      actions={
        <Choice
          name="Step to draw"
          all={null}
          value={series.series}
          onChange={onChoose}
          options={metrics.durations.map((row) => [row.series, nameOf(row)] as const)}
        />
      }
    >
      <div className={styles['chart']}>
        <Chart plot={plot} note={`n = ${count(series.n)}; vertical lines: releases`} />
      </div>
      <Table
        caption={`Durations by step and target, ${series.environment}`}
        columns={COLUMNS}
        rows={metrics.durations.filter((row) => row.environment === series.environment)}
        keyOf={(row) => row.series}
      />
    </Panel>
  );
}
