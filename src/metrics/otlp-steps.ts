/** The spans of steps, forward and back, and of the watch behind the commit. */
import type { JournalEvent } from '../core/events.ts';
import { type Span, SPAN, spanIdOf, STATUS } from './otlp-span.ts';
import { attributes, nanos } from './otlp-values.ts';
import { stepName } from './step-name.ts';

export interface Parent {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly deployment: string;
}

interface Ended {
  /** `stage:web`, `undo stage:web`, `watch`. */
  readonly name: string;
  readonly step: string;
  readonly ms: number;
  readonly result: 'success' | 'failure' | 'timeout';
  readonly message: string | null;
}

const TASKS: Readonly<Record<string, string>> = { stage: 'build', check: 'test', judge: 'test', verify: 'test' };

function endOf(event: JournalEvent): Ended | null {
  switch (event.kind) {
    case 'step.done':
      return { name: event.data.step, step: event.data.step, ms: event.data.ms, result: 'success', message: null };
    case 'step.failed': {
      const { step, error, ms } = event.data;
      return { name: step, step, ms, result: error.code === 'TIMEOUT' ? 'timeout' : 'failure', message: error.message };
    }
    case 'step.unknown':
      return {
        name: event.data.step,
        step: event.data.step,
        ms: 0,
        result: 'timeout',
        message: event.data.error.message,
      };
    case 'undo.done': {
      const { step, ms } = event.data;
      return { name: `undo ${step}`, step, ms, result: 'success', message: null };
    }
    case 'undo.failed': {
      const { step, ms, error } = event.data;
      return { name: `undo ${step}`, step, ms, result: 'failure', message: error.message };
    }
    case 'watch.ended': {
      const { result, ms } = event.data;
      return { name: 'watch', step: 'watch', ms, result: result === 'breached' ? 'failure' : 'success', message: null };
    }
    default:
      return null;
  }
}

/** Every attempt has a span of its own. */
export function stepSpans(events: readonly JournalEvent[], { traceId, parentSpanId, deployment }: Parent): Span[] {
  const attempts = new Map<string, number>();
  return events.flatMap((event): Span[] => {
    const ended = endOf(event);
    if (!ended) return [];
    const { name, step, ms, result, message } = ended;
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    const { step: kind, target, stage } = stepName(step);
    const at = Date.parse(event.at);
    const run = `${name}#${attempt}`;
    const values = attributes({
      'cicd.pipeline.task.name': name,
      'cicd.pipeline.task.run.id': `${deployment}/${run}`,
      'cicd.pipeline.task.run.result': result,
      'cicd.pipeline.task.type': name === step ? (TASKS[kind] ?? 'deploy') : 'deploy',
      'belay.step': kind,
      'belay.target': target,
      'belay.stage': stage,
      'belay.attempt': attempt,
    });
    return [
      {
        traceId,
        spanId: spanIdOf(deployment, run),
        parentSpanId,
        name,
        kind: SPAN.internal,
        startTimeUnixNano: nanos(at - ms),
        endTimeUnixNano: nanos(at),
        attributes: values,
        status:
          result === 'success' ? { code: STATUS.ok } : { code: STATUS.error, ...(message === null ? {} : { message }) },
      },
    ];
  });
}
