/** The course of deployments as charts. Pure. */
import type { Metrics, Regression, Series, SeriesPoint } from '../../../src/metrics/metrics.ts';
import type { Line, Mark, Plot } from '../charts/plot.ts';
import { count } from '../format.ts';
import { seconds } from './values.ts';

const at = (iso: string): number => Date.parse(iso) / 1_000;

const marksOf = (metrics: Metrics, environment: string | null): Mark[] =>
  metrics.marks
    .filter((mark) => environment === null || mark.environment === environment)
    .map((mark) => ({ x: at(mark.at), name: mark.name }));

export function endedPlot({ trend, bucket }: Metrics): Plot {
  return {
    title: `Deployments a ${bucket}`,
    unit: 'deployments',
    format: (value) => count(Math.round(value)),
    x: trend.map((point) => at(point.at)),
    lines: [
      { name: 'committed', tone: 'green', style: 'line', values: trend.map((point) => point.committed) },
      { name: 'rolled back', tone: 'violet', style: 'line', values: trend.map((point) => point.rolledBack) },
      { name: 'refused', tone: 'grey-red', style: 'line', values: trend.map((point) => point.refused) },
    ],
  };
}

export function medianPlot({ trend, bucket }: Metrics): Plot {
  return {
    title: `From opening to commit, median of each ${bucket}`,
    unit: 'time',
    format: seconds,
    x: trend.map((point) => at(point.at)),
    lines: [{ name: 'median', tone: 'blue', style: 'line', values: trend.map((point) => point.medianSeconds) }],
  };
}

/** The median before a release that made it slower, and from it on. */
function medianLine({ at: since, medianBefore, medianAfter }: Regression, points: readonly SeriesPoint[]): Line {
  return {
    name: 'median',
    tone: 'amber',
    style: 'step',
    values: points.map(({ x }) => (x < since ? medianBefore : medianAfter)),
  };
}

/** Each run of a step as a point, the releases as vertical lines. */
export function seriesPlot(metrics: Metrics, series: Series): Plot {
  const points = [...series.points].sort((a, b) => a.x.localeCompare(b.x));
  return {
    title: series.title,
    unit: 'time',
    format: seconds,
    x: points.map((point) => at(point.x)),
    lines: [
      { name: 'took', tone: 'blue', style: 'points', values: points.map((point) => point.y) },
      ...metrics.regressions.filter((one) => one.series === series.series).map((one) => medianLine(one, points)),
    ],
    marks: marksOf(metrics, series.environment),
  };
}
