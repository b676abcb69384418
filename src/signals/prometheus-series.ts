/** From what Prometheus answers to what each arm has counted: one series an arm, numbers that are numbers. */
import type { Totals } from './counters.ts';
import type { Series } from './prometheus-api.ts';
import { unusable } from './refusals.ts';
import { type Arms, quoteInside, withReleases } from './releases.ts';
import type { ArmQuery } from './spec.ts';

export type Arm = keyof Arms;
export type Query = (expression: string) => Promise<readonly Series[]>;
export type ByArm<T> = Readonly<Record<Arm, T>>;

export const SAID: ByArm<string> = { canary: 'the canary', stable: 'the stable release' };

/** All series of each arm. @throws Problem CONFIG_INVALID */
export async function seriesByArm(asked: ArmQuery, arms: Arms, query: Query): Promise<ByArm<readonly Series[]>> {
  const fill = (text: string) => withReleases(text, arms, quoteInside);
  if (!('query' in asked)) {
    const [canary, stable] = await Promise.all([query(fill(asked.canary)), query(fill(asked.stable))]);
    return { canary, stable };
  }
  const { label, values } = asked;
  const expression = fill(asked.query);
  const all = await query(expression);
  const [one] = all;
  if (one && !all.some(({ labels }) => label in labels)) {
    const names = Object.keys(one.labels).join(', ') || 'no label at all';
    throw unusable('prometheus', `${expression} has no label ${label}, it has ${names}; use sum by (${label}) (...)`);
  }
  const of = (arm: Arm) => all.filter(({ labels }) => labels[label] === withReleases(values[arm], arms, String));
  return { canary: of('canary'), stable: of('stable') };
}

/** The one series of an arm; null when there is none. @throws Problem CONFIG_INVALID when there are several */
export function single(series: readonly Series[], arm: Arm, what: string): Series | null {
  if (series.length < 2) return series[0] ?? null;
  const why = `its query for ${what} gives ${series.length} series for ${SAID[arm]}, told apart by ${differing(series)}`;
  throw unusable('prometheus', `${why}; put sum() around it`);
}

function differing(series: readonly Series[]): string {
  const names = new Set(series.flatMap(({ labels }) => Object.keys(labels)));
  return [...names].filter((name) => new Set(series.map(({ labels }) => labels[name])).size > 1).join(', ');
}

/** Whether it is a counter as one process gave it: whatever is computed loses the name. */
export function isRaw(series: Series | null): boolean {
  return series === null || '__name__' in series.labels;
}

/** Cumulative, bounds ascending in milliseconds; undefined when there is none. @throws Problem CONFIG_INVALID */
export function bucketsOf(series: readonly Series[], arm: Arm, unit: 's' | 'ms'): Totals['latency'] {
  const bounds = new Map<number, number>();
  for (const { labels, value } of series) {
    // What the others leave over; and infinity does not survive the journal.
    if (labels.le === '+Inf') continue;
    const leMs = boundOf(labels.le, unit);
    if (leMs === null)
      throw unusable('prometheus', 'its query for latency has no label le: it needs the _bucket series');
    if (bounds.has(leMs)) {
      throw unusable(
        'prometheus',
        `its query for latency gives several series a bucket for ${SAID[arm]}; put sum by (le) () around it`,
      );
    }
    bounds.set(leMs, value);
  }
  if (bounds.size === 0) return undefined;
  return [...bounds].map(([leMs, count]) => ({ leMs, count })).sort((a, b) => a.leMs - b.leMs);
}

function boundOf(le: string | undefined, unit: 's' | 'ms'): number | null {
  const bound = Number.parseFloat(le ?? '');
  if (Number.isNaN(bound)) return null;
  // 0.07 s is 70 ms and not 70.00000000000001.
  return unit === 'ms' ? bound : Number((bound * 1_000).toPrecision(12));
}
