/** How long each step of each target takes: the table, and the points of the charts. */
import { short } from '../core/release.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import { isChange } from './failures.ts';
import type { DurationRow, ReleaseFigures, ReleaseMark, Series, SeriesName, SeriesPoint } from './metrics.ts';
import type { Period } from './period.ts';
import { quantiles } from './quantile.ts';
import type { StepSeries } from './step-series.ts';

const iso = (at: number): string => new Date(at).toISOString();

const nameOf = ({ environment, way, step, target, stage }: SeriesName): SeriesName => ({
  environment,
  way,
  step,
  target,
  stage,
});

/** "stage on vercel (production)", "shift 2 on web (production)", "total of rollbacks (staging)" */
export function seriesTitle({ environment, way, step, target, stage }: SeriesName): string {
  const which = stage === null ? step : `${step} ${stage + 1}`;
  const where = target === null ? '' : ` on ${target}`;
  return `${which}${where}${way === 'rollback' ? ' of rollbacks' : ''} (${environment})`;
}

/** Null where nothing of it ended in the period. */
export function durationRow(series: StepSeries, period: Period): DurationRow | null {
  const seconds = series.secondsWithin(period);
  const latest = seconds.at(-1);
  if (latest === undefined) return null;
  const [median = 0, p75 = 0, p95 = 0, longest = 0] = quantiles(seconds, [0.5, 0.75, 0.95, 1]);
  return { ...nameOf(series), series: series.key, n: seconds.length, median, p75, p95, longest, latest };
}

const GROUPS: readonly string[] = ['total', 'stage', 'hold', 'stop', 'snapshot', 'restore', 'start', 'check', 'shift'];

/** In the order in which a deployment goes through them. */
export function byOrder(a: SeriesName, b: SeriesName): number {
  const place = ({ step }: SeriesName) => GROUPS.indexOf(step) + 1 || GROUPS.length + 1;
  return (
    a.environment.localeCompare(b.environment) ||
    a.way.localeCompare(b.way) ||
    place(a) - place(b) ||
    a.step.localeCompare(b.step) ||
    (a.target ?? '').localeCompare(b.target ?? '') ||
    (a.stage ?? 0) - (b.stage ?? 0)
  );
}

export function pointsOf(series: StepSeries, period: Period, n: number, limit: number): Series {
  const points = series.placesWithin(period, limit).map((place): SeriesPoint => {
    const { commit, id } = series.deployment(place);
    return { x: iso(series.at(place)), y: series.seconds(place), release: short(commit), deployment: id };
  });
  return { ...nameOf(series), series: series.key, title: seriesTitle(series), points, n };
}

/** When something else went live, oldest first; the newest so many. */
export function marksOf(deployments: readonly DeploymentFacts[], limit: number): readonly ReleaseMark[] {
  const live = deployments.filter(({ outcome, unchanged }) => outcome === 'committed' && !unchanged);
  return live.slice(-limit).map(({ endedAt, openedAt, environment, id, release, commit, kind }) => ({
    at: iso(endedAt ?? openedAt),
    environment,
    deployment: id,
    release,
    name: short(commit),
    kind,
  }));
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** Newest first. */
export function releasesOf(deployments: readonly DeploymentFacts[], limit: number): readonly ReleaseFigures[] {
  const made = deployments.filter((facts) => isChange(facts) && facts.outcome === 'committed' && !facts.unchanged);
  return made
    .slice(-limit)
    .toReversed()
    .map((facts) => ({
      release: facts.release,
      name: short(facts.commit),
      environment: facts.environment,
      deployment: facts.id,
      at: iso(facts.endedAt ?? facts.openedAt),
      buildSeconds: seconds(facts.buildMs),
      startSeconds: seconds(facts.startMs),
      memoryBytes: facts.memoryBytes,
    }));
}
