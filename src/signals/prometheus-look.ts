/** One look at Prometheus: all queries at the same instant, and what tells whether sums may be compared with the look before. */
import { createHash } from 'node:crypto';
import { onSameBounds, type Totals } from './counters.ts';
import type { PrometheusApi, Series } from './prometheus-api.ts';
import { type Arm, bucketsOf, type ByArm, isRaw, seriesByArm, single } from './prometheus-series.ts';
import { unusable } from './refusals.ts';
import { type Arms, ARMS, quoteInside } from './releases.ts';
import type { PrometheusSpec } from './spec.ts';

export interface Look {
  /** Milliseconds since 1970, by Prometheus's clock. */
  readonly clock: number;
  /** Of the newest scrape that worked; null when the job is not known. */
  readonly scrapedAt: number | null;
  readonly canary: Totals | null;
  readonly stable: Totals | null;
  /** Counters as one process gave them, nothing computed. */
  readonly raw: boolean;
  readonly job: string | null;
  /** The processes behind a sum, as a hash; null for raw counters, which need none. */
  readonly processes: string | null;
  /** Why the numbers cannot be used, when they cannot. */
  readonly fault: string | null;
}

interface Found {
  readonly requests: ByArm<Series | null>;
  readonly errors: ByArm<Series | null>;
  readonly latency: ByArm<Totals['latency']>;
}

/** @throws Problem */
export async function lookAt(api: PrometheusApi, spec: PrometheusSpec, arms: Arms): Promise<Look> {
  const seconds = await api.clock();
  const query = (expression: string) => api.query(expression, seconds);
  const [requests, errors, latency] = await Promise.all([
    seriesByArm(spec.requests, arms, query),
    seriesByArm(spec.errors, arms, query),
    spec.latency ? seriesByArm(spec.latency, arms, query) : { canary: [], stable: [] },
  ]);
  const unit = spec.latency?.unit ?? 's';
  const found: Found = {
    requests: {
      canary: single(requests.canary, 'canary', 'requests'),
      stable: single(requests.stable, 'stable', 'requests'),
    },
    errors: { canary: single(errors.canary, 'canary', 'errors'), stable: single(errors.stable, 'stable', 'errors') },
    latency: { canary: bucketsOf(latency.canary, 'canary', unit), stable: bucketsOf(latency.stable, 'stable', unit) },
  };
  const raw = ARMS.every((arm) => isRaw(found.requests[arm]) && isRaw(found.errors[arm]));
  const job = spec.job ?? jobOf(found, spec);
  if (job === null && !raw) {
    throw unusable(
      'prometheus',
      'its queries compute sums: say the job, so that a missed scrape is not taken for traffic',
    );
  }
  const processes = job === null ? { scrapedAt: null, hash: null, none: false } : await processesOf(query, job);
  return {
    clock: seconds * 1_000,
    scrapedAt: processes.scrapedAt,
    ...totalsOf(found),
    raw,
    job,
    processes: raw ? null : processes.hash,
    fault: processes.none ? `prometheus has scraped nothing of job ${job} lately` : faultOf(found),
  };
}

/** From the series, or from the matcher in the query when there is just one. */
function jobOf({ requests }: Found, spec: PrometheusSpec): string | null {
  const jobs = new Set(ARMS.flatMap((arm) => requests[arm]?.labels.job ?? []));
  for (const match of JSON.stringify(spec.requests).matchAll(/\bjob\s*=\s*\\?["']([^"'\\]+)/g))
    jobs.add(match[1] ?? '');
  return jobs.size === 1 ? ([...jobs][0] ?? null) : null;
}

/** `up` is written with every scrape, so its time is that of the scrape: an instant query tells no other. */
async function processesOf(query: (expression: string) => Promise<readonly Series[]>, job: string) {
  const of = `{job="${quoteInside(job)}"}`;
  const [scrapes, starts] = await Promise.all([
    query(`timestamp(up${of}) and up${of} == 1`),
    query(`process_start_time_seconds${of}`),
  ]);
  const started = new Map(starts.map(({ labels, value }) => [labels.instance, value]));
  const names = scrapes.map(({ labels }) => `${labels.instance} ${started.get(labels.instance) ?? ''}`).sort();
  return {
    scrapedAt: scrapes.length > 0 ? Math.max(...scrapes.map(({ value }) => value)) * 1_000 : null,
    hash: createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16),
    none: scrapes.length === 0,
  };
}

/** An arm with requests and without a series of errors has had none: a counter begins with its first event. */
function totalsOf({ requests, errors, latency }: Found): ByArm<Totals | null> {
  const of = (arm: Arm): Totals | null => {
    const total = requests[arm];
    if (!total) return null;
    const buckets = latency[arm];
    return { requests: total.value, bad: errors[arm]?.value ?? 0, ...(buckets ? { latency: buckets } : {}) };
  };
  const [canary, stable] = [of('canary'), of('stable')];
  return canary && stable ? onSameBounds(canary, stable) : { canary, stable };
}

function faultOf({ requests, errors, latency }: Found): string | null {
  const counters = ARMS.flatMap((arm) => [requests[arm], errors[arm]]).flatMap((series) => series?.value ?? []);
  const buckets = ARMS.flatMap((arm) => (latency[arm] ?? []).map(({ count }) => count));
  const wrong = [...counters, ...buckets].find((value) => !Number.isFinite(value) || value < 0);
  return wrong === undefined ? null : `prometheus answers ${wrong} where a count was asked for`;
}
