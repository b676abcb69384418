/** How the traffic was shared, and what it has shown: errors against the stable release, evidence against its bound. */
import { useMemo, useState } from 'react';
import type { Measurement } from '../../../src/server/api/deployments.ts';
import { Chart } from '../charts/chart.tsx';
import { Choice } from '../components/filters.tsx';
import { Panel } from '../components/panel.tsx';
import { count, percent } from '../format.ts';
import styles from './analysis.module.css';
import { evidencePlot, ratioPlot, sharePlot } from './analysis-plots.ts';

export function Analysis({ measurements }: { readonly measurements: readonly Measurement[] }) {
  const sources = [...new Set(measurements.map((one) => one.source))];
  const [chosen, setChosen] = useState('');
  const source = sources.includes(chosen) ? chosen : (sources[0] ?? '');
  const looks = useMemo(() => measurements.filter((one) => one.source === source), [measurements, source]);
  const plots = useMemo(() => [sharePlot(looks), ratioPlot(looks), evidencePlot(looks)], [looks]);
  const last = looks.at(-1);
  return (
    <Panel
      title="Traffic"
      beside={last !== undefined && summaryOf(last)}
      actions={
        sources.length > 1 && (
          <Choice
            name="Source of evidence"
            all={null}
            value={source}
            onChange={setChosen}
            options={sources.map((name) => [name, name] as const)}
          />
        )
      }
    >
      {last !== undefined && <p className={styles['why']}>{`${last.action}: ${last.why}`}</p>}
      <div className={styles['charts']}>
        {plots.map((plot) => (
          <Chart key={plot.title} plot={plot} />
        ))}
      </div>
    </Panel>
  );
}

function summaryOf({ canary, errorRatio, evidence, share }: Measurement): string {
  const parts = [`${percent(share)}`, `${count(canary.requests)} requests`];
  if (errorRatio !== null)
    parts.push(`errors ${times(errorRatio.value)} (${times(errorRatio.low)} to ${times(errorRatio.high)})`);
  if (evidence !== null)
    parts.push(
      `evidence ${count(Number(evidence.value.toPrecision(2)))} of ${count(Number(evidence.bound.toPrecision(3)))}`,
    );
  return parts.join(' · ');
}

const times = (value: number): string => `${value.toFixed(1)}x`;
