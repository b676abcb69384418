/** Which step or check failed, and the line of its output that says why. */
import type { JournalEvent, RecordedError } from '../core/events.ts';
import type { Message } from '../notifiers/notifier.ts';

const ENDS_BADLY = new Set<string>([
  'deployment.rolled-back',
  'deployment.refused',
  'deployment.paused',
  'attention.raised',
]);

/** `events`: those of the deployment, up to this one. */
export function failureIn(event: JournalEvent, events: readonly JournalEvent[]): Message['failure'] {
  if (event.kind === 'gate.checked') {
    const { check, summary, findings } = event.data;
    return { step: `check ${check}`, error: findings[0] ?? summary };
  }
  if (!ENDS_BADLY.has(event.kind)) return null;
  // What failed first is why; undoing may have failed on top of it.
  const failed = events.findLast((one) => one.kind === 'step.failed' || one.kind === 'step.unknown');
  if (failed?.kind === 'step.failed' || failed?.kind === 'step.unknown') {
    return { step: failed.data.step, error: firstErrorLine(failed.data.error) };
  }
  const refused = events.findLast((one) => one.kind === 'gate.checked' && one.data.status !== 'pass');
  if (refused?.kind !== 'gate.checked' || event.kind !== 'deployment.refused') return null;
  return { step: `check ${refused.data.check}`, error: refused.data.findings[0] ?? refused.data.summary };
}

/** What a program printed says more than that it ended with code 1. */
function firstErrorLine({ message, details = [] }: RecordedError): string {
  const line = details.find((one) => /\b(error|exception|failed|cannot|fatal)\b/i.test(one));
  return line ? `${message}: ${line.trim()}` : message;
}
