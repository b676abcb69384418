/** A real Prometheus that scrapes an application with two releases, as the contract of signals needs it. */
import { prometheusSignal } from '../../../src/signals/prometheus.ts';
import type { PrometheusSpec } from '../../../src/signals/spec.ts';
import type { Served, SignalSubject } from '../../../src/testing/signal-contract.ts';
import { type ArmMetrics, type CountersServer, startCountersServer } from '../../support/counters-server.ts';
import { type RunningPrometheus, startPrometheus } from '../../support/prometheus.ts';
import { openLine } from '../../support/line.ts';
import { until } from '../../support/until.ts';
import { CANARY, signalContext, STABLE } from './signal-context.ts';

/** Scrapes this often: the shortest that keeps a test short and a slow machine in step. */
const INTERVAL = '100ms';

/** Its start costs more than all else: one for a file of tests, which tell their releases apart. */
export interface PrometheusScene {
  readonly app: CountersServer;
  readonly prometheus: RunningPrometheus;
  /** What is exposed now has been scraped when it resolves. */
  scraped(): Promise<void>;
  /** Two releases that no other test has, which have served something before. */
  subject(queries?: typeof RAW, more?: Partial<PrometheusSpec>): Promise<PrometheusSubject>;
  close(): Promise<void>;
}

export interface PrometheusSubject extends SignalSubject {
  readonly spec: PrometheusSpec;
}

/** Counters of each release, nothing computed. */
export const RAW: Pick<PrometheusSpec, 'requests' | 'errors' | 'latency'> = {
  requests: { query: 'served_total', label: 'release', values: { canary: '{canary}', stable: '{stable}' } },
  errors: { canary: 'failed_total{release="{canary}"}', stable: 'failed_total{release="{stable}"}' },
  latency: {
    query: 'http_seconds_bucket',
    label: 'release',
    values: { canary: '{canary}', stable: '{stable}' },
    unit: 's',
  },
};

/** Sums, as they are needed for applications of several processes. */
export const SUMS: Pick<PrometheusSpec, 'requests' | 'errors' | 'latency'> = {
  requests: {
    query: 'sum by (release) (http_requests_total{job="shop"})',
    label: 'release',
    values: { canary: '{canary}', stable: '{stable}' },
  },
  errors: {
    query: 'sum by (release) (http_requests_total{job="shop",code=~"5.."})',
    label: 'release',
    values: { canary: '{canary}', stable: '{stable}' },
  },
  latency: {
    query: 'sum by (release, le) (http_seconds_bucket{job="shop"})',
    label: 'release',
    values: { canary: '{canary}', stable: '{stable}' },
    unit: 's',
  },
};

export function count(app: CountersServer, release: string, { requests, bad }: Served): void {
  const before: ArmMetrics = app.arms.get(release) ?? { requests: 0, errors: 0, buckets: [0, 0, 0, 0] };
  const [fast = 0, ...slower] = before.buckets;
  app.arms.set(release, {
    requests: before.requests + requests,
    errors: before.errors + bad,
    buckets: [fast + requests, ...slower],
  });
}

export async function openPrometheusScene(): Promise<PrometheusScene> {
  const app = await startCountersServer();
  const prometheus = await startPrometheus({ shop: [app.port] }, INTERVAL);
  const scraped = async () => {
    const begun = app.scrapes();
    // The first of two may have been under way already; the numbers of the second are those of now.
    await until('two scrapes have begun', () => app.scrapes() > begun + 1);
    const begunAt = Date.now() / 1_000;
    await until('a later one is stored', async () => ((await prometheus.value('max(timestamp(up))')) ?? 0) > begunAt);
  };
  let subjects = 0;
  return {
    app,
    prometheus,
    scraped,
    async subject(queries = RAW, more = {}) {
      subjects += 1;
      return makeSubject({ app, prometheus, scraped }, `${subjects}`, { ...queries, ...more });
    },
    async close() {
      await prometheus.stop();
      await app.close();
    },
  };
}

async function makeSubject(
  { app, prometheus, scraped }: Pick<PrometheusScene, 'app' | 'prometheus' | 'scraped'>,
  id: string,
  more: Partial<PrometheusSpec> & typeof RAW,
): Promise<PrometheusSubject> {
  const context = { ...signalContext(), canary: `${CANARY}-${id}`, stable: `${STABLE}-${id}` };
  for (const release of [context.canary, context.stable]) count(app, release, { requests: 5, bad: 1 });
  await scraped();
  const line = await openLine(Number(new URL(prometheus.url).port));
  const spec: PrometheusSpec = {
    type: 'prometheus',
    url: `http://127.0.0.1:${line.port}`,
    headers: { 'X-Scope-OrgID': { reveal: () => 'tenant-secret' } },
    timeoutMs: 5_000,
    job: null,
    scrapeMs: 60_000,
    ...more,
  };
  return {
    spec,
    open: () => prometheusSignal(spec),
    context,
    async serve({ canary, stable }) {
      count(app, context.canary, canary);
      count(app, context.stable, stable);
      await scraped();
    },
    idle: scraped,
    async silence() {
      app.arms.delete(context.canary);
      app.arms.delete(context.stable);
      await scraped();
    },
    disconnect: () => line.cut(),
    secrets: ['tenant-secret'],
    close: () => line.cut(),
  };
}
