/** What deployments were like: the delivery figures, where time goes, what has got slower, what to look at again. */
import { useQuery } from '@tanstack/react-query';
import { EnvironmentChoice } from '../components/environment-choice.tsx';
import type { Metrics } from '../../../src/metrics/metrics.ts';
import { Choice, Filters, useFilters } from '../components/filters.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { counted } from '../format.ts';
import { Durations } from '../metrics/durations.tsx';
import { FigureGrid } from '../metrics/figures.tsx';
import { Releases } from '../metrics/releases.tsx';
import { Reviews } from '../metrics/reviews.tsx';
import { Trends } from '../metrics/trends.tsx';
import { metricsQuery } from '../queries.ts';
import { daysAgo } from '../history/history-filters.tsx';

const PERIODS = [
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['365', 'Last year'],
] as const;
const USUAL_DAYS = '90';

export function MetricsPage() {
  const [filters, change] = useFilters(['environment', 'days', 'series']);
  const days = filters['days'] ?? USUAL_DAYS;
  const environment = filters['environment'] ?? '';
  const query = useQuery(metricsQuery({ environment, since: daysAgo(days) ?? '', series: filters['series'] ?? '' }));
  const environments = query.data?.environments ?? [];
  return (
    <Page title="Metrics" below={query.data === undefined ? ' ' : summaryOf(query.data)}>
      <Filters>
        <EnvironmentChoice
          value={environment}
          names={environments}
          onChange={(value) => change('environment', value)}
        />
        <Choice
          name="Period"
          all={null}
          value={days}
          onChange={(value) => change('days', value === USUAL_DAYS ? '' : value)}
          options={PERIODS}
        />
      </Filters>
      <Loaded query={query} rows={4} rowHeight={160}>
        {(metrics) =>
          metrics.totals.deployments === 0 ? (
            <Empty next="belay deploy">Nothing was deployed in this time.</Empty>
          ) : (
            <Shown metrics={metrics} series={filters['series'] ?? null} onSeries={(value) => change('series', value)} />
          )
        }
      </Loaded>
    </Page>
  );
}

interface ShownProps {
  readonly metrics: Metrics;
  /** Key of the step that is drawn; null: what is most worth it. */
  readonly series: string | null;
  readonly onSeries: (series: string) => void;
}

function Shown({ metrics, series, onSeries }: ShownProps) {
  return (
    <>
      <Reviews reviews={metrics.reviews} regressions={metrics.regressions} />
      <FigureGrid metrics={metrics} />
      <Trends metrics={metrics} />
      <Durations metrics={metrics} chosen={series} onChoose={onSeries} />
      <Releases releases={metrics.releases} />
    </>
  );
}

function summaryOf({ totals, dora }: Metrics): string {
  const rollbacks = totals.automaticRollbacks + totals.manualRollbacks;
  const production =
    dora.environment === null ? 'all environments together' : `delivery figures of ${dora.environment}`;
  return `${counted(totals.deployments, 'deployment')}, ${counted(rollbacks, 'rollback')} · ${production}`;
}
