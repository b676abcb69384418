/** How many deployments, how they ended, how long they took, drawn over the period. */
import { useMemo } from 'react';
import type { Metrics } from '../../../src/metrics/metrics.ts';
import { Chart } from '../charts/chart.tsx';
import { Panel } from '../components/panel.tsx';
import styles from './charts.module.css';
import { endedPlot, medianPlot } from './metric-plots.ts';

export function Trends({ metrics }: { readonly metrics: Metrics }) {
  const plots = useMemo(() => [endedPlot(metrics), medianPlot(metrics)], [metrics]);
  if (metrics.trend.length < 2) return null;
  return (
    <Panel title="Course">
      <div className={styles['charts']}>
        {plots.map((plot) => (
          <Chart key={plot.title} plot={plot} />
        ))}
      </div>
    </Panel>
  );
}
