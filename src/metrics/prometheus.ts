/** What is so in a store, for Prometheus to collect: counts and times from the journal, and what is live now. Pure. */
import type { DeploymentFacts } from './deployment-facts.ts';
import { counter, gauge, histogram, type Labels, type Sample, summary } from './exposition-text.ts';
import { failuresOf, isChange } from './failures.ts';
import type { MetricsFacts } from './metrics-facts.ts';
import { wayOf } from './step-series.ts';

/** What stands in no event, or only in the newest: read from the views by whoever serves this. */
export interface ExpositionFacts {
  readonly version: string;
  readonly index: MetricsFacts;
  readonly environments: readonly ExposedEnvironment[];
  /** By channel: messages that were not delivered yet; null where nobody is told of anything. */
  readonly undelivered: Readonly<Record<string, number>> | null;
}

export interface ExposedEnvironment {
  readonly environment: string;
  /** Null: nothing. `since` is an ISO time. */
  readonly live: { readonly release: string; readonly commit: string; readonly since: string } | null;
  readonly locked: boolean;
  /** A paused deployment, or one that needs a person, keeps it closed. */
  readonly attention: 'paused' | 'stuck' | null;
  /** From 0 to 1, while a canary runs. */
  readonly canaryShare: number | null;
  /** Commits that are not deployed again. */
  readonly frozen: number;
  /** Schema that each target runs with, where it is known. */
  readonly schemas: Readonly<Record<string, string>>;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATIONS = [1, 5, 10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR];
const LEAD_TIMES = [10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];
const RECOVERIES = [10, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 7 * DAY];

/** Ended for good: a counter must not go down when a person goes on with what was paused. */
function isFinal({ outcome, settledAt }: DeploymentFacts): boolean {
  return outcome !== null && outcome !== 'paused' && (outcome !== 'stuck' || settledAt !== null);
}

/** Each label by its value in an item; none of them holds a line feed. */
function grouped<T>(
  items: Iterable<T>,
  labels: (item: T) => Labels,
  keyOf = (item: T) => Object.values(labels(item)).join('\n'),
): readonly { labels: Labels; items: T[] }[] {
  const groups = new Map<string, { labels: Labels; items: T[] }>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.items.push(item);
    else groups.set(key, { labels: labels(item), items: [item] });
  }
  return [...groups.values()];
}

const byKind = ({ environment, kind }: DeploymentFacts): Labels => ({ environment, kind });
const kindKey = ({ environment, kind, outcome }: DeploymentFacts): string => `${environment}\n${kind}\n${outcome}`;

function deploymentLines(all: readonly DeploymentFacts[]): readonly string[] {
  const final = grouped(all.filter(isFinal), (one) => ({ ...byKind(one), outcome: one.outcome ?? '' }), kindKey);
  const committed = all.filter(({ outcome, unchanged }) => outcome === 'committed' && !unchanged);
  const took = ({ endedAt, openedAt }: DeploymentFacts) => Math.max(0, (endedAt ?? openedAt) - openedAt) / 1_000;
  const dated = committed.filter((one) => isChange(one) && one.committedAt !== null);
  const waited = ({ endedAt, openedAt, committedAt }: DeploymentFacts) =>
    Math.max(0, (endedAt ?? openedAt) - (committedAt ?? openedAt)) / 1_000;
  return [
    ...counter(
      'belay_deployments_total',
      'Deployments that ended for good, by how they ended.',
      final.map(({ labels, items }) => ({ labels, value: items.length })),
    ),
    ...histogram(
      'belay_deployment_duration_seconds',
      'From opening to the commit.',
      DURATIONS,
      grouped(committed, byKind, kindKey).map(({ labels, items }) => ({ labels, values: items.map(took) })),
    ),
    ...histogram(
      'belay_change_lead_time_seconds',
      'From the time of the commit that a release is made from until it was live.',
      LEAD_TIMES,
      grouped(
        dated,
        ({ environment }) => ({ environment }),
        ({ environment }) => environment,
      ).map(({ labels, items }) => ({
        labels,
        values: items.map(waited),
      })),
    ),
  ];
}

function failureLines(facts: MetricsFacts): readonly string[] {
  const failures = [...facts.deployments.keys()].map((environment) => ({
    environment,
    failures: facts.folded(environment, 'failures', failuresOf),
  }));
  const some = failures.filter((one) => one.failures.length > 0);
  return [
    ...counter(
      'belay_failed_changes_total',
      'Deploys and promotes that failed once users could meet them.',
      some.map(({ environment, failures: found }) => ({ labels: { environment }, value: found.length })),
    ),
    ...histogram(
      'belay_recovery_seconds',
      'From when a failed change first took traffic until what runs well was live again; of those that recovered.',
      RECOVERIES,
      some.map(({ environment, failures: found }) => ({
        labels: { environment },
        values: found.flatMap(({ since, recoveredAt }) =>
          recoveredAt === null ? [] : [Math.max(0, recoveredAt - since) / 1_000],
        ),
      })),
    ),
  ];
}

function stepLines({ series }: MetricsFacts): readonly string[] {
  const steps = [...series.values()].filter(({ step }) => step !== 'total');
  const named = grouped(steps, (one) => ({
    environment: one.environment,
    kind: one.way,
    step: one.step,
    target: one.target ?? '',
  }));
  const sums = named.map(({ labels, items }) => {
    let [sum, count] = [0, 0];
    for (const one of items) {
      count += one.length;
      for (let place = 0; place < one.length; place++) sum += one.seconds(place);
    }
    return { labels, sum, count };
  });
  return summary('belay_step_duration_seconds', 'What each step took; without a target it concerns all of them.', sums);
}

function environmentLines(environments: readonly ExposedEnvironment[]): readonly string[] {
  const each = (value: (one: ExposedEnvironment) => number | null): readonly Sample[] =>
    environments.flatMap((one) => {
      const found = value(one);
      return found === null ? [] : [{ labels: { environment: one.environment }, value: found }];
    });
  const live = environments.flatMap(({ environment, live: one }) => (one ? [{ environment, ...one }] : []));
  return [
    ...gauge(
      'belay_live_release_info',
      'What is live, by the record; always 1.',
      live.map(({ environment, release, commit }) => ({ labels: { environment, release, commit }, value: 1 })),
    ),
    ...gauge(
      'belay_live_since_timestamp_seconds',
      'When it went live.',
      live.map(({ environment, since }) => ({ labels: { environment }, value: Date.parse(since) / 1_000 })),
    ),
    ...gauge(
      'belay_lock_held',
      'Whether somebody holds the lock of the environment.',
      each(({ locked }) => Number(locked)),
    ),
    ...gauge(
      'belay_environment_stuck',
      'Whether the environment needs a person.',
      each(({ attention }) => Number(attention === 'stuck')),
    ),
    ...gauge(
      'belay_environment_paused',
      'Whether a paused deployment keeps the environment closed.',
      each(({ attention }) => Number(attention === 'paused')),
    ),
    ...gauge(
      'belay_frozen_commits',
      'Commits that were taken back and are not deployed again.',
      each(({ frozen }) => frozen),
    ),
    ...gauge(
      'belay_canary_share_ratio',
      'Share of traffic on the candidate, while there is one.',
      each(({ canaryShare }) => canaryShare),
    ),
    ...gauge(
      'belay_schema_info',
      'Schema that a target runs with; always 1.',
      environments.flatMap(({ environment, schemas }) =>
        Object.entries(schemas).map(([target, version]) => ({ labels: { environment, target, version }, value: 1 })),
      ),
    ),
  ];
}

function lastLines(facts: MetricsFacts): readonly string[] {
  const samples = [...facts.deployments].flatMap(([environment, one]): Sample[] => {
    const last = one.findLast((facts) => facts.outcome === 'committed' && wayOf(facts) === 'deploy');
    return last?.endedAt ? [{ labels: { environment }, value: last.endedAt / 1_000 }] : [];
  });
  return gauge('belay_last_deployment_timestamp_seconds', 'When a deploy or promote last committed.', samples);
}

/** The whole answer to `GET /metrics`, with a line feed at the end. */
export function exposition({ version, index, environments, undelivered }: ExpositionFacts): string {
  const channels = Object.entries(undelivered ?? {}).map(([channel, value]) => ({ labels: { channel }, value }));
  const lines = [
    ...gauge('belay_build_info', 'Version of belay; always 1.', [{ labels: { version }, value: 1 }]),
    ...deploymentLines([...index.deployments.values()].flat()),
    ...failureLines(index),
    ...lastLines(index),
    ...stepLines(index),
    ...environmentLines(environments),
    ...gauge('belay_notifications_undelivered', 'Messages that wait to be delivered.', channels),
  ];
  return `${lines.join('\n')}\n`;
}
