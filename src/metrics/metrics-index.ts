/** Everything that metrics need of a journal, taken in event by event, and asked for any period. Pure: no clock, no store. */
import type { EventKind, JournalEvent } from '../core/events.ts';
import { applyToFacts, type DeploymentFacts, openedFacts } from './deployment-facts.ts';
import { metricsOf } from './metrics-of.ts';
import type { Metrics, MetricsQuery, SeriesName } from './metrics.ts';
import { stepName } from './step-name.ts';
import { createStepSeries, seriesKey, type StepSeries, wayOf } from './step-series.ts';
import type { MetricsFacts } from './metrics-facts.ts';

/** What the index looks at: a store is asked for these alone, which leaves plans and measurements unread. */
export const METRICS_KINDS: readonly EventKind[] = [
  'deployment.opened',
  'step.done',
  'step.failed',
  'step.unknown',
  'undo.done',
  'deployment.committed',
  'deployment.rolled-back',
  'deployment.refused',
  'deployment.paused',
  'deployment.resumed',
  'deployment.closed',
  'attention.raised',
  'attention.resolved',
];

export interface MetricsIndex extends MetricsFacts {
  /** Events of an environment in their order; those of several may be mixed. What it does not look at is passed over. */
  add(event: JournalEvent): void;
  metrics(query: MetricsQuery): Metrics;
}

export function createMetricsIndex(): MetricsIndex {
  const deployments = new Map<string, DeploymentFacts[]>();
  const byId = new Map<string, DeploymentFacts>();
  const series = new Map<string, StepSeries>();
  const texts = new Map<string, string>();
  const kept = new Map<string, Map<string, unknown>>();
  const intern = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const push = (name: SeriesName, at: number, ms: number, facts: DeploymentFacts): void => {
    const key = seriesKey(name);
    const found = series.get(key) ?? createStepSeries(name);
    series.set(key, found);
    found.push(at, Math.max(0, ms) / 1_000, facts);
  };
  const open = (event: JournalEvent & { kind: 'deployment.opened' }): void => {
    const facts = openedFacts(event, intern);
    byId.set(facts.id, facts);
    const known = deployments.get(facts.environment);
    if (known) known.push(facts);
    else deployments.set(facts.environment, [facts]);
  };
  const measure = (event: JournalEvent, facts: DeploymentFacts): void => {
    const { environment } = facts;
    const way = wayOf(facts);
    if (event.kind === 'step.done' && !event.data.found)
      push({ environment, way, ...stepName(event.data.step) }, Date.parse(event.at), event.data.ms, facts);
    if (event.kind === 'deployment.committed' && !facts.unchanged && facts.endedAt !== null) {
      const total = { environment, way, step: 'total', target: null, stage: null };
      push(total, facts.endedAt, facts.endedAt - facts.openedAt, facts);
    }
  };
  const folded: MetricsFacts['folded'] = (environment, name, fold) => {
    const known = kept.get(environment) ?? new Map<string, unknown>();
    kept.set(environment, known);
    if (!known.has(name)) known.set(name, fold(deployments.get(environment) ?? []));
    // Written under this name by the same fold, and by nothing else.
    return known.get(name) as ReturnType<typeof fold>;
  };
  const index: MetricsIndex = {
    deployments,
    series,
    folded,
    add(event) {
      if (event.deployment === null) return;
      kept.delete(event.environment);
      if (event.kind === 'deployment.opened') return open(event);
      const facts = byId.get(event.deployment);
      if (!facts) return;
      applyToFacts(facts, event);
      measure(event, facts);
    },
    metrics: (query) => metricsOf(index, query),
  };
  return index;
}
