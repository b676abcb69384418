/** Metrics of an old journal: 50,000 deployments in three environments, a million events of which the index reads what it needs. */
import type { EventKind, JournalEvent } from '../src/core/events.ts';
import { createMetricsIndex, type MetricsIndex } from '../src/metrics/metrics-index.ts';
import type { MetricsQuery } from '../src/metrics/metrics.ts';
import { exposition } from '../src/metrics/prometheus.ts';
import { createRandom, type Random } from './canary/random.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { median, milliseconds, NO_FIGURE, percentile, verdict } from './support/statistics.ts';

const DEPLOYMENTS = 50_000;
const ENVIRONMENTS = ['production', 'staging', 'preview'] as const;
const TARGETS = ['web', 'api', 'worker'] as const;
const STEPS = [
  ...TARGETS.map((target) => `stage:${target}`),
  ...TARGETS.map((target) => `start:${target}`),
  'check',
  ...TARGETS.map((target) => `activate:${target}`),
  'verify',
];
const FIRST = Date.UTC(2021, 0, 1);
const EVERY_MS = 50 * 60_000;
const ENDS = FIRST + DEPLOYMENTS * EVERY_MS;
const ROUNDS = 9;
const LIMIT_MS = 50;

/** As a store hands it out: parsed from JSON, so that no text is shared with another event. */
function eventAt(at: number, environment: string, deployment: string, kind: EventKind, data: object): JournalEvent {
  const event = { id: '', n: 0, token: 1, prevHash: '', hash: '', actor: 'mia', environment, deployment, kind, data };
  return JSON.parse(JSON.stringify({ ...event, at: new Date(at).toISOString() })) as JournalEvent;
}

function deploy(index: MetricsIndex, number: number, random: Random): number {
  const id = `d-${number.toString(36).padStart(8, '0')}`;
  const environment = ENVIRONMENTS[number % 3] ?? 'production';
  const commit = number.toString(16).padStart(40, '0');
  const release = `r-${commit.slice(-7)}-${id.slice(2)}`;
  const opened = FIRST + number * EVERY_MS;
  const source = {
    commit,
    author: `author ${number % 9}`,
    subject: `change ${number}`,
    committedAt: new Date(opened - 7_200_000).toISOString(),
  };
  let at = opened;
  let events = 0;
  const add = (kind: EventKind, data: object) => {
    events += 1;
    index.add(eventAt(at, environment, id, kind, data));
  };
  add('deployment.opened', { kind: 'deploy', format: 1, tool: 'belay', release, source, strategy: 'blue-green' });
  for (const step of STEPS) {
    const ms = 20_000 * Math.exp(0.2 * random.normal());
    at += ms;
    add('step.done', { step, receipt: { id: release }, ms });
  }
  if (number % 20 === 19) add('deployment.rolled-back', { reason: 'error rate 9 %', live: {} });
  else add('deployment.committed', { release: { id: release, configHash: 'c', source }, live: {} });
  add('deployment.closed', { outcome: number % 20 === 19 ? 'rolled-back' : 'committed', leftovers: [] });
  return events;
}

const QUERY: Omit<MetricsQuery, 'since' | 'environment'> = {
  until: new Date(ENDS).toISOString(),
  review: { teamSize: 10, deploysPerWeek: 50, users: null, usersNow: null, failureRate: 0.05, recoveryMs: 3_600_000 },
};
const DAY = 86_400_000;
const ago = (days: number) => new Date(ENDS - days * DAY).toISOString();

const heapMegabytes = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576 + process.memoryUsage().arrayBuffers / 1_048_576;
};

function timed(name: string, work: () => unknown, limitMs: number): BenchRow {
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    // What it takes of one core: the machine may have others to serve.
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1_000);
  }
  const middle = median(times);
  return {
    case: name,
    'median CPU ms': middle,
    'p95 CPU ms': percentile(times, 0.95),
    ...verdict(`< ${limitMs} ms`, middle < limitMs),
  };
}

function exposed(index: MetricsIndex): string {
  return exposition({ version: '1.0.0', index, environments: [], undelivered: null });
}

export const bench: Bench = {
  title: `Metrics of ${DEPLOYMENTS.toLocaleString('en-US')} deployments`,
  async run() {
    const random = createRandom('metrics', 1);
    const index = createMetricsIndex();
    const before = heapMegabytes();
    let events = 0;
    const built = await milliseconds(() => {
      for (let number = 0; number < DEPLOYMENTS; number++) events += deploy(index, number, random);
    });
    const megabytes = heapMegabytes() - before;
    const rate = Math.round(events / (built / 1_000));
    const ask = (environment: string | null, since: string) => () => index.metrics({ ...QUERY, environment, since });
    return [
      timed('production, 30 days', ask('production', ago(30)), LIMIT_MS),
      timed('production, 90 days', ask('production', ago(90)), LIMIT_MS),
      timed('all environments, 90 days', ask(null, ago(90)), LIMIT_MS),
      timed('production, all of five years', ask('production', new Date(FIRST).toISOString()), LIMIT_MS),
      timed('all environments, all of five years', ask(null, new Date(FIRST).toISOString()), LIMIT_MS),
      timed('the exposition for Prometheus', () => exposed(index), LIMIT_MS),
      {
        case: `reading ${events.toLocaleString('en-US')} events into the index, ${rate.toLocaleString('en-US')} a second; ${Math.round(megabytes)} MB`,
        'median CPU ms': built,
        'p95 CPU ms': '–',
        ...NO_FIGURE,
      },
    ];
  },
};
