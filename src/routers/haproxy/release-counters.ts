/** Answers and latency of each release, from the lines that HAProxy writes. */
import { createLatencyHistogram, type LatencyHistogram } from '../latency-histogram.ts';
import type { BackendStats } from '../router.ts';
import { classOf } from '../status-class.ts';
import type { RequestLine } from './request-line.ts';

export interface ReleaseCounters {
  count(release: string, line: RequestLine): void;
  of(release: string): Pick<BackendStats, 'classes' | 'latency'>;
  /** Forgets all others. */
  keep(releases: ReadonlySet<string>): void;
}

interface Counters {
  readonly classes: Record<keyof BackendStats['classes'], number>;
  readonly latency: LatencyHistogram;
}

export function createReleaseCounters(): ReleaseCounters {
  const all = new Map<string, Counters>();

  function countersOf(release: string): Counters {
    const known = all.get(release);
    if (known) return known;
    const classes = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, lost: 0 };
    const made = { classes, latency: createLatencyHistogram() };
    all.set(release, made);
    return made;
  }

  return {
    count(release, { counts, status, ms, weight }) {
      if (counts === 'not') return;
      const its = countersOf(release);
      if (counts === 'lost') its.classes.lost += weight;
      else {
        its.classes[classOf(status)] += weight;
        its.latency.record(ms, weight);
      }
    },
    of(release) {
      const { classes, latency } = countersOf(release);
      return { classes: { ...classes }, latency: latency.buckets() };
    },
    keep(releases) {
      for (const release of all.keys()) if (!releases.has(release)) all.delete(release);
    },
  };
}
