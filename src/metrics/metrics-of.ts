/** The whole answer for one period, from what the index has taken in. */
import type { DeploymentFacts } from './deployment-facts.ts';
import { doraFigures } from './dora.ts';
import { byOrder, durationRow, marksOf, pointsOf, releasesOf } from './durations.ts';
import { foldsOf } from './environment-folds.ts';
import type { FigureFrame } from './figure.ts';
import { type DurationRow, type Metrics, METRICS_FORMAT, type MetricsQuery, type Series } from './metrics.ts';
import type { MetricsFacts } from './metrics-facts.ts';
import { allWithin, type Period, periodOf } from './period.ts';
import { durationFigure, pipelineFailureRate, successRate } from './rates.ts';
import { regressionsOf } from './regressions.ts';
import { reviewsOf } from './reviews.ts';
import { totalsOf, trendOf } from './totals.ts';

const LIST_LIMIT = 100;
const POINT_LIMIT = 400;

/** A period that begins before the journal does begins with the journal: days without a record are not days without deployments. */
function askedPeriod(all: readonly (readonly DeploymentFacts[])[], query: MetricsQuery): Period {
  const first = Math.min(...all.map(([one]) => one?.openedAt ?? Number.POSITIVE_INFINITY));
  const since = Date.parse(query.since);
  const until = Date.parse(query.until);
  return periodOf(first < until ? Math.max(since, first) : since, until, query.bucket);
}

const PRODUCTION: readonly string[] = ['production', 'prod', 'live'];

/** The environment asked for; else what is called production; else the only one; else all of them. */
function productionOf(asked: string | null, known: readonly string[]): string | null {
  if (asked !== null) return asked;
  return PRODUCTION.find((name) => known.includes(name)) ?? (known.length === 1 ? (known[0] ?? null) : null);
}

export function metricsOf(facts: MetricsFacts, query: MetricsQuery): Metrics {
  const known = [...facts.deployments.keys()].toSorted();
  const asked = query.environment === null ? known : [query.environment];
  const meant = asked.map((name) => facts.deployments.get(name) ?? []);
  const period = askedPeriod(meant, query);
  const frame: FigureFrame = { period, listLimit: query.listLimit ?? LIST_LIMIT };
  const found = allWithin(period, meant, ({ openedAt }) => openedAt);
  const deployments = meant.length > 1 ? found.toSorted((a, b) => a.openedAt - b.openedAt) : found;
  const production = productionOf(query.environment, known);
  const { commits } = query;
  const dora = doraFigures(frame, {
    environment: production,
    folds: (production === null ? known : [production]).map((name) => foldsOf(facts, name, commits)),
    commitsRead: commits !== undefined,
  });
  return {
    format: METRICS_FORMAT,
    environment: query.environment,
    environments: known,
    since: new Date(period.since).toISOString(),
    until: new Date(period.until).toISOString(),
    bucket: period.bucket,
    totals: totalsOf(deployments),
    successRate: successRate(frame, deployments),
    pipelineFailureRate: pipelineFailureRate(frame, deployments),
    duration: durationFigure(frame, deployments),
    dora,
    trend: trendOf(period, deployments),
    ...stepsOf(facts, query, period),
    marks: marksOf(deployments, query.pointLimit ?? POINT_LIMIT),
    releases: releasesOf(deployments, frame.listLimit),
    reviews: reviewsOf({ limits: query.review, period, dora, deployments }),
  };
}

function stepsOf(
  facts: MetricsFacts,
  query: MetricsQuery,
  period: Period,
): Pick<Metrics, 'durations' | 'series' | 'regressions'> {
  const { environment, pointLimit = POINT_LIMIT } = query;
  const meant = [...facts.series.values()].filter((one) => environment === null || one.environment === environment);
  const rows = meant.map((series) => durationRow(series, period)).filter((row): row is DurationRow => row !== null);
  const regressions = regressionsOf(meant, period);
  const wanted = new Set(
    query.series ?? [
      ...rows.filter(({ step }) => step === 'total').map(({ series }) => series),
      ...regressions.map(({ series }) => series),
    ],
  );
  const durations = rows.toSorted(byOrder);
  const series = durations.flatMap((row): Series[] => {
    const found = wanted.has(row.series) ? facts.series.get(row.series) : undefined;
    return found ? [pointsOf(found, period, row.n, pointLimit)] : [];
  });
  return { durations, series, regressions };
}
