/** Steps that have become slower and stayed so: told with the release that it began with, and how sure that is. */
import { short } from '../core/release.ts';
import { formatDuration } from '../util/duration.ts';
import { changePoint, LEAST_AFTER, LEAST_BEFORE } from './change-point.ts';
import { seriesTitle } from './durations.ts';
import { comparable } from './humps.ts';
import type { Regression } from './metrics.ts';
import type { Period } from './period.ts';
import { median, quantiles } from './quantile.ts';
import type { StepSeries } from './step-series.ts';

/** Newest values of each series: what lasts longer than this is how long the step takes now. */
const LOOK_BACK = 80;

/** One false alarm among all the series of an environment in a hundred looks. */
const ALPHA = 0.01;

/** Smaller changes are real at times, and nobody's business. */
const LEAST_RATIO = 1.1;
const LEAST_SECONDS = 0.5;

/** They last as long as they are configured to. */
const WAITS: ReadonlySet<string> = new Set(['total', 'judge', 'soak']);

/** Whether its values lie so far apart that a change which matters can be in them, whatever their order. */
function canMatter(values: readonly number[]): boolean {
  const [low = 0, high = 0] = quantiles(Float64Array.from(values), [0.1, 0.9]);
  return high - low >= LEAST_SECONDS && high >= low * LEAST_RATIO;
}

interface Slower {
  readonly series: StepSeries;
  readonly leftOut: number;
  /** Place of the first slower one, in the series. */
  readonly at: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly p: number;
}

export interface Level {
  readonly from: number;
  readonly at: number;
  readonly p: number;
}

/** The last change of level: behind one that is found, another is looked for. Null: one level all along. */
export function lastChange(values: readonly number[], alpha = ALPHA): Level | null {
  let last: Level | null = null;
  for (let from = 0; ;) {
    const found = changePoint(values.slice(from));
    if (!found || found.p > alpha) return last;
    last = { from, at: from + found.at, p: found.p };
    from = last.at;
  }
}

interface Looked {
  readonly series: StepSeries;
  /** Values of the smaller of two humps. */
  readonly leftOut: number;
  readonly places: readonly number[];
  readonly values: readonly number[];
}

function slowerIn({ series, places, values, leftOut }: Looked): Slower | null {
  const change = lastChange(values);
  if (!change) return null;
  const before = values.slice(change.from, change.at);
  const after = values.slice(change.at);
  return { series, leftOut, at: places[change.at] ?? 0, before, after, p: change.p };
}

function matters({ before, after }: Slower): boolean {
  const [was, is] = [median(before), median(after)];
  return is >= was * LEAST_RATIO && is - was >= LEAST_SECONDS;
}

/** Holm: the clearest is corrected for all series that were looked at, the next for one less, and so on. */
function corrected(found: readonly Slower[], lookedAt: number): readonly Slower[] {
  let least = 0;
  return found
    .toSorted((a, b) => a.p - b.p)
    .map((one, index) => {
      least = Math.max(least, Math.min(1, one.p * (lookedAt - index)));
      return { ...one, p: least };
    })
    .filter(({ p }) => p <= ALPHA);
}

const probability = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${Number(p.toPrecision(1))}`);

function describe({ series, leftOut, at, before, after, p }: Slower, lookedAt: number): Regression {
  const first = series.deployment(at);
  const [was, is] = [median(before), median(after)];
  const name = short(first.commit);
  const { environment, way, step, target, stage } = series;
  const [from, to] = [was, is].map((seconds) => formatDuration(seconds * 1_000));
  const slower = `${Math.round((is / was - 1) * 100)} % slower`;
  const sure = `${probability(p)}, n = ${before.length} + ${after.length}${leftOut > 0 ? ` (${leftOut} of another kind left out)` : ''}`;
  return {
    environment,
    way,
    step,
    target,
    stage,
    series: series.key,
    deployment: first.id,
    release: first.release,
    name,
    at: new Date(series.at(at)).toISOString(),
    medianBefore: was,
    medianAfter: is,
    ratio: is / was,
    nBefore: before.length,
    nAfter: after.length,
    p,
    lookedAt,
    text: `${seriesTitle(series)} got ${slower} from release ${name} on: median ${from} to ${to}, ${sure}`,
  };
}

/** Clearest first. */
export function regressionsOf(all: readonly StepSeries[], period: Period): readonly Regression[] {
  const looked = all
    .filter(({ step }) => !WAITS.has(step))
    .map((series): Looked => {
      const newest = series.placesWithin(period, LOOK_BACK);
      const places = comparable(newest.map((place) => series.seconds(place))).map((index) => newest[index] ?? 0);
      const values = places.map((place) => series.seconds(place));
      return { series, places, values, leftOut: newest.length - places.length };
    })
    .filter(({ values }) => values.length >= LEAST_BEFORE + LEAST_AFTER && canMatter(values));
  const slower = looked.map(slowerIn).filter((one) => one !== null);
  return corrected(slower, looked.length)
    .filter(matters)
    .map((one) => describe(one, looked.length));
}
