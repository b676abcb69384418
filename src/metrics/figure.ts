/** A figure from its observations: value, quantiles, trend, the newest of the list, and what to keep in mind. */
import { short } from '../core/release.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import { FEW_DEPLOYMENTS, type Figure, type FigureItem, type FigurePoint } from './metrics.ts';
import { daysOf, inBuckets, type Period } from './period.ts';
import { median, quantiles } from './quantile.ts';

/** Kept small until it is known which of them are listed. */
export interface Observation {
  readonly deployment: DeploymentFacts;
  /** Where it is not the one that the release was made from. */
  readonly commit?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds of a time; 1 or 0 of a share. */
  readonly value: number;
  readonly atLeast?: boolean;
  readonly note?: string | null;
}

export interface Words {
  readonly title: string;
  readonly definition: string;
}

export interface FigureFrame {
  readonly period: Period;
  readonly listLimit: number;
}

/** A loop: `Float64Array.from` takes an iterator, and ten times as long. */
function column(observations: readonly Observation[], of: (one: Observation) => number): Float64Array {
  const values = new Float64Array(observations.length);
  for (let place = 0; place < observations.length; place++) {
    const one = observations[place];
    if (one) values[place] = of(one);
  }
  return values;
}

const iso = (at: number): string => new Date(at).toISOString();

function itemOf({ deployment, commit, at, value, atLeast, note }: Observation): FigureItem {
  return {
    deployment: deployment.id,
    environment: deployment.environment,
    at: iso(at),
    release: deployment.release,
    commit: short(commit ?? deployment.commit),
    value,
    atLeast: atLeast ?? false,
    note: note ?? null,
  };
}

/** Sorted are only those that are wanted: there may be a hundred thousand. */
function newest(observations: readonly Observation[], limit: number): readonly Observation[] {
  const times = column(observations, ({ at }) => at);
  const [from = 0] = limit < times.length ? quantiles(times, [1 - limit / times.length]) : [Number.NEGATIVE_INFINITY];
  return observations
    .filter(({ at }) => at >= from)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit);
}

function listed(frame: FigureFrame, observations: readonly Observation[]): Pick<Figure, 'list' | 'listed'> {
  return { list: newest(observations, frame.listLimit).map(itemOf), listed: observations.length };
}

function trendOf(
  { period }: FigureFrame,
  observations: readonly Observation[],
  value: (items: readonly Observation[], days: number) => number,
): FigurePoint[] {
  return inBuckets(period, observations, ({ at }) => at).map(({ start, days, items }) => {
    const found = value(items, days);
    return { at: iso(start), value: Number.isNaN(found) ? null : found, n: items.length };
  });
}

function few(n: number): readonly string[] {
  return n < FEW_DEPLOYMENTS ? [`only ${n}: fewer than ${FEW_DEPLOYMENTS} are too few to judge by`] : [];
}

/** The median and its neighbours. What is still open counts with the time so far. */
export function timeFigure(
  frame: FigureFrame,
  words: Words,
  observations: readonly Observation[],
  caveats: readonly string[] = [],
): Figure {
  const n = observations.length;
  const [p50 = 0, p75 = 0, p95 = 0] = quantiles(
    column(observations, ({ value }) => value),
    [0.5, 0.75, 0.95],
  );
  const open = observations.filter(({ atLeast }) => atLeast);
  // Those that are open above the middle do not move it.
  const lower = observations.filter(({ value }) => value <= p50).length;
  const atLeast =
    open.some(({ value }) => value <= p50) || (n % 2 === 0 && lower === n / 2 && isNext(observations, p50));
  return {
    ...words,
    value: n === 0 ? null : p50,
    unit: 's',
    atLeast: n > 0 && atLeast,
    n,
    count: n,
    quantiles: n === 0 ? null : { p50, p75, p95 },
    caveats: [
      ...caveats,
      ...(open.length > 0 ? [`${open.length} still open, counted with the time so far`] : []),
      ...few(n),
    ],
    trend: trendOf(frame, observations, (items) => median(items.map(({ value }) => value))),
    ...listed(frame, observations),
  };
}

/** Of an even number, the middle lies between two: whether the upper one of them is still open. */
function isNext(observations: readonly Observation[], p50: number): boolean {
  const above = observations.filter(({ value }) => value > p50);
  const next = Math.min(...above.map(({ value }) => value));
  return above.some(({ value, atLeast }) => atLeast && value === next);
}

/** How many of all have value 1. The list has those that spoil it: `listOf` says which value that is. */
export function shareFigure(
  frame: FigureFrame,
  words: Words,
  observations: readonly Observation[],
  { listOf, caveats = [] }: { readonly listOf: 0 | 1; readonly caveats?: readonly string[] },
): Figure {
  const share = (items: readonly Observation[]) => items.reduce((sum, { value }) => sum + value, 0) / items.length;
  const n = observations.length;
  const value = share(observations);
  return {
    ...words,
    value: n === 0 ? null : value,
    unit: 'share',
    atLeast: false,
    n,
    count: n === 0 ? 0 : Math.round(value * n),
    quantiles: null,
    caveats: [...caveats, ...few(n)],
    trend: trendOf(frame, observations, share),
    ...listed(
      frame,
      observations.filter((one) => one.value === listOf),
    ),
  };
}

export function rateFigure(
  frame: FigureFrame,
  words: Words,
  observations: readonly Observation[],
  caveats: readonly string[] = [],
): Figure {
  const n = observations.length;
  return {
    ...words,
    value: n / daysOf(frame.period),
    unit: 'per-day',
    atLeast: false,
    n,
    count: n,
    quantiles: null,
    caveats: [...caveats, ...few(n)],
    trend: trendOf(frame, observations, (items, days) => items.length / Math.max(days, Number.EPSILON)),
    ...listed(frame, observations),
  };
}

/** Nothing says it. */
export function unknownFigure(frame: FigureFrame, words: Words, unit: Figure['unit'], n: number, why: string): Figure {
  return {
    ...words,
    value: null,
    unit,
    atLeast: false,
    n,
    count: 0,
    quantiles: null,
    caveats: [why],
    trend: trendOf(frame, [], () => Number.NaN),
    list: [],
    listed: 0,
  };
}
