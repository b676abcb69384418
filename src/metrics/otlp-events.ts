/** What happened in a deployment beside its steps: events of the span that stands for all of it. */
import type { JournalEvent } from '../core/events.ts';
import { attributes, nanos, type SpanEvent } from './otlp-values.ts';

type Told = Parameters<typeof attributes>[0];

function told(event: JournalEvent): Told | null {
  switch (event.kind) {
    case 'gate.checked': {
      const { check, status, summary } = event.data;
      return { 'belay.check': check, 'belay.status': status, 'belay.summary': summary };
    }
    case 'direction.decided':
      return { 'belay.direction': event.data.direction, 'belay.reason': event.data.reason, 'belay.by': event.data.by };
    case 'drift.found':
      return { 'belay.target': event.data.target, 'belay.expected': event.data.expected, 'belay.saw': event.data.saw };
    case 'analysis.measured': {
      const { stage, share, action, why } = event.data;
      return { 'belay.stage': stage, 'belay.share': share, 'belay.action': action, 'belay.why': why };
    }
    case 'trigger.fired': {
      const { trigger, observed, limit } = event.data;
      return { 'belay.trigger': trigger, 'belay.observed': observed, 'belay.limit': limit };
    }
    case 'alert.raised':
      return { 'belay.alert': event.data.what };
    case 'request.accepted':
      return { 'belay.request': event.data.request, 'belay.by': event.data.by, 'belay.reason': event.data.reason };
    case 'deployment.committed':
      return { 'belay.release': event.data.release.id };
    case 'deployment.rolled-back':
    case 'deployment.refused':
    case 'deployment.paused':
    case 'deployment.resumed':
    case 'attention.raised':
    case 'attention.resolved':
      return { 'belay.reason': event.data.reason };
    default:
      return null;
  }
}

export function happeningsOf(events: readonly JournalEvent[]): SpanEvent[] {
  return events.flatMap((event): SpanEvent[] => {
    const values = told(event);
    return values
      ? [{ timeUnixNano: nanos(Date.parse(event.at)), name: event.kind, attributes: attributes(values) }]
      : [];
  });
}
