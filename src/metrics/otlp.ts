/**
 * A deployment as an OpenTelemetry trace, in OTLP's JSON: one span for all of it, one for each step, events for what was decided.
 * Ids follow from the deployment's own, so that a trace that is sent twice is the same trace.
 */
import type { JournalEvent } from '../core/events.ts';
import { foldDeployment, type DeploymentState } from '../core/state.ts';
import { happeningsOf } from './otlp-events.ts';
import { type Span, SPAN, spanIdOf, STATUS, traceIdOf } from './otlp-span.ts';
import { attributes, type Attribute, nanos } from './otlp-values.ts';
import { stepSpans } from './otlp-steps.ts';

/** The body of `POST /v1/traces`. */
export interface TraceRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version?: string };
      readonly spans: readonly Span[];
    }[];
  }[];
}

/** Values of `cicd.pipeline.result`; null while it runs. */
function resultOf(state: DeploymentState, events: readonly JournalEvent[]): string | null {
  switch (state.outcome) {
    case 'committed':
      return 'success';
    case 'rolled-back': {
      const aborted = events.some((event) => event.kind === 'request.accepted' && event.data.request === 'abort');
      return aborted ? 'cancellation' : 'failure';
    }
    case 'refused':
      return 'skip';
    case 'stuck':
      return 'error';
    case 'paused':
    case null:
      return null;
  }
}

function rootAttributes(state: DeploymentState, events: readonly JournalEvent[], pipeline: string): Attribute[] {
  const { id, environment, kind, source, plan, actor, outcome } = state;
  const result = resultOf(state, events);
  return attributes({
    'cicd.pipeline.name': pipeline,
    'cicd.pipeline.run.id': id,
    'cicd.pipeline.action.name': 'RUN',
    'cicd.pipeline.result': result,
    'deployment.id': id,
    'deployment.name': plan?.release.id ?? null,
    'deployment.status': result === null ? null : outcome === 'committed' ? 'succeeded' : 'failed',
    'deployment.environment.name': environment,
    'vcs.ref.head.revision': source.commit,
    'vcs.ref.head.name': source.branch ?? null,
    'belay.kind': kind,
    'belay.strategy': plan?.strategy ?? null,
    'belay.actor': actor,
    'belay.outcome': outcome,
    'belay.rollback_class': plan?.rollbackClass ?? null,
  });
}

function statusOf({ outcome, reason }: DeploymentState): Span['status'] {
  if (outcome === 'committed') return { code: STATUS.ok };
  if (outcome === 'rolled-back' || outcome === 'stuck') return { code: STATUS.error, message: reason ?? outcome };
  return {};
}

function toolOf(events: readonly JournalEvent[]): string {
  const opened = events.find((event) => event.kind === 'deployment.opened');
  return opened?.data.tool ?? 'belay';
}

/** The events of one deployment, oldest first; null without any. What runs still ends with its newest event. */
export function traceOf(events: readonly JournalEvent[]): TraceRequest | null {
  const state = foldDeployment(events);
  const [first, last] = [events[0], events.at(-1)];
  if (!state || !first || !last) return null;
  const traceId = traceIdOf(state.id);
  const spanId = spanIdOf(state.id, 'deployment');
  const pipeline = `${state.kind}-${state.plan?.app ?? 'app'}`;
  const root: Span = {
    traceId,
    spanId,
    name: `RUN ${pipeline}`,
    kind: SPAN.server,
    startTimeUnixNano: nanos(Date.parse(first.at)),
    endTimeUnixNano: nanos(Math.max(Date.parse(first.at), Date.parse(last.at))),
    attributes: rootAttributes(state, events, pipeline),
    events: happeningsOf(events),
    status: statusOf(state),
  };
  const [name = 'belay', version] = toolOf(events).split(' ');
  const resource = attributes({ 'service.name': name, 'service.version': version ?? null });
  const scope = { name: 'belay.deployments', ...(version ? { version } : {}) };
  const spans = [root, ...stepSpans(events, { traceId, parentSpanId: spanId, deployment: state.id })];
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope, spans }] }] };
}
