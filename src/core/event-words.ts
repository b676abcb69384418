/** From a journal event to the line a person reads. Pure: terminal, CI and dashboard tell the same story. */
import type { JournalEvent } from './events.ts';
import type { Json } from './release.ts';
import { short } from './release.ts';
import { describeProgress } from './canary-words.ts';
import { formatDuration } from '../util/duration.ts';
import { formatShare } from '../util/share.ts';

/** How something stands; each screen has a shape and a colour of its own for it. */
export type Look = 'live' | 'progress' | 'waiting' | 'rolled-back' | 'refused' | 'needs-you' | 'locked' | 'none';

export interface Line {
  readonly look: Look;
  readonly label: string;
  readonly text: string;
  readonly ms?: number;
  /** Lines to show below it as they are. */
  readonly details?: readonly string[];
}

function fact(receipt: Json, name: string): string | null {
  const value =
    receipt !== null && typeof receipt === 'object' && !Array.isArray(receipt)
      ? (receipt as Record<string, Json>)[name]
      : null;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

const RECEIPTS: Readonly<Record<string, (receipt: Json) => string>> = {
  stage: (receipt) => fact(receipt, 'id') ?? '',
  start: (receipt) => `ready${fact(receipt, 'url') ? ` on ${fact(receipt, 'url')}` : ''}`,
  shift: (receipt) => sharesOf(receipt),
  judge: (receipt) => [fact(receipt, 'why'), ...texts(receipt, 'verdict')].filter(Boolean).join(': '),
  activate: (receipt) => `all traffic on ${fact(receipt, 'id') ?? 'the candidate'}`,
  snapshot: (receipt) => fact(receipt, 'id') ?? 'not needed: the very release that is live',
  restore: (receipt) => `put back ${fact(receipt, 'snapshot') ?? ''}`,
  soak: (receipt) => {
    const requests = Number(fact(receipt, 'requests') ?? 0);
    return requests > 0 ? `${requests} requests seen, nothing breached` : 'no requests came, so traffic proved nothing';
  },
  verify: () => 'read back: live is what was deployed',
  check: () => 'passed',
  hold: () => 'requests wait',
  resume: () => 'requests go through',
  stop: () => 'stopped',
  retire: () => 'tidied up',
};

/** `shift:web:0` and `judge:0` of a canary end in their stage, which the text tells better. */
function split(step: string): { kind: string; target: string } {
  const [kind = '', target = ''] = step.replace(/:\d+$/, '').split(':');
  return { kind, target };
}

/** As it is shown while it runs. */
export function stepName(step: string): string {
  const { kind, target } = split(step);
  return target ? `${kind}  ${target}` : kind;
}

function texts(receipt: Json, name: string): readonly string[] {
  const value =
    receipt !== null && typeof receipt === 'object' && !Array.isArray(receipt) ? Reflect.get(receipt, name) : [];
  return Array.isArray(value) ? value.map(String) : [];
}

function sharesOf(receipt: Json): string {
  const shares = Object.entries((receipt ?? {}) as Record<string, number>);
  return shares.map(([release, share]) => `${formatShare(share)} on ${release}`).join(', ');
}

/** A stage that was left out because the candidate was shown to be good before. */
const LEFT_OUT = 'left out';

function stepLine(look: Look, step: string, text: string, ms?: number): Line {
  const { kind, target } = split(step);
  return { look, label: kind, text: [target, text].filter(Boolean).join('  '), ...(ms === undefined ? {} : { ms }) };
}

/** Measurements of the way; the last one of a stage is told by its step. */
const ONGOING: ReadonlySet<string> = new Set(['watch', 'hold', 'probe']);

/** Null for events that need no line of their own. */
export function describeEvent(event: JournalEvent): Line | null {
  switch (event.kind) {
    case 'step.done': {
      const { step, receipt, ms, found } = event.data;
      if (receipt === LEFT_OUT) return null;
      const text = RECEIPTS[split(step).kind]?.(receipt) ?? '';
      return stepLine('live', step, found ? `${text} (found: it had happened)` : text, ms);
    }
    case 'step.failed':
      return {
        ...stepLine('needs-you', event.data.step, event.data.error.message, event.data.ms),
        details: event.data.error.details ?? [],
      };
    case 'step.unknown':
      return stepLine('waiting', event.data.step, `no answer, looking: ${event.data.error.message}`);
    case 'undo.done':
      return stepLine('rolled-back', event.data.step, event.data.note ?? 'undone', event.data.ms);
    case 'undo.failed':
      return stepLine('needs-you', event.data.step, `undo failed: ${event.data.error.message}`, event.data.ms);
    case 'direction.decided':
      return {
        look: 'rolled-back',
        label: event.data.direction === 'backward' ? 'go back' : 'go on',
        text: /^[a-z]+(:\S+)?: /.test(event.data.reason) ? 'undoing, in reverse order' : event.data.reason,
      };
    case 'gate.checked':
      if (event.data.check === 'schema' && event.data.status === 'pass') {
        return { look: 'live', label: 'schema', text: event.data.summary };
      }
      return event.data.status === 'pass'
        ? null
        : {
            look: event.data.status === 'warn' ? 'waiting' : 'refused',
            label: event.data.check,
            text: event.data.summary,
          };
    case 'lease.taken-over':
      return { look: 'locked', label: 'lock', text: `taken over from ${event.data.from}` };
    case 'lease.forced':
      return { look: 'locked', label: 'lock', text: `forced from ${event.data.from}: ${event.data.reason}` };
    case 'trigger.fired':
      return {
        look: 'needs-you',
        label: 'trigger',
        text: `${event.data.trigger}: ${event.data.observed}, the limit is ${event.data.limit}`,
      };
    case 'analysis.measured': {
      const { action, share, why, sources } = event.data;
      if (!ONGOING.has(action)) return null;
      const text = describeProgress(
        share,
        sources.map((source) => source.report),
        why,
      );
      return { look: action === 'watch' ? 'progress' : 'waiting', label: 'compare', text };
    }
    case 'schema.mismatched': {
      const { target, expected, saw, check } = event.data;
      const text = `${target} runs with ${saw}, its release has ${expected} (${check})`;
      return { look: 'needs-you', label: 'schema', text };
    }
    case 'alert.raised':
      return { look: 'waiting', label: 'look', text: event.data.what };
    case 'watch.ended':
      return event.data.result === 'quiet'
        ? { look: 'live', label: 'bake', text: 'nothing breached', ms: event.data.ms }
        : null;
    case 'request.accepted':
      return {
        look: 'waiting',
        label: event.data.request,
        text: `asked by ${event.data.by}${event.data.reason ? `: ${event.data.reason}` : ''}`,
      };
    case 'attention.raised':
      return { look: 'needs-you', label: 'needs you', text: event.data.reason };
    case 'environment.frozen':
      return {
        look: 'locked',
        label: 'freeze',
        text: `commit ${short(event.data.commit)} is not deployed again unless told to`,
      };
    case 'snapshot.restored':
      return { look: 'live', label: 'restored', text: event.data.snapshot };
    default:
      return null;
  }
}

/** What happened, in a few words. */
export function eventDetail(event: JournalEvent): string {
  switch (event.kind) {
    case 'deployment.opened':
      return `${event.data.kind} of ${short(event.data.source.commit)} as ${event.data.release}`;
    case 'deployment.planned':
      return `${event.data.plan.steps.length} steps, rollback: ${event.data.plan.rollbackClass}`;
    case 'deployment.committed':
      return `${event.data.release.id} is live`;
    case 'deployment.closed':
      return event.data.outcome;
    case 'step.intended':
    case 'step.absent':
    case 'undo.intended':
      return event.data.step;
    case 'deployment.rolled-back':
    case 'deployment.refused':
    case 'deployment.paused':
    case 'deployment.resumed':
    case 'attention.resolved':
    case 'lease.held':
      return event.data.reason;
    default: {
      const line = describeEvent(event);
      return line ? `${line.label} ${line.text}`.trim() : '';
    }
  }
}

const VERBS = {
  deploy: 'Deploying',
  rollback: 'Rolling back',
  promote: 'Promoting',
  restore: 'Restoring data of',
} as const;

/** The first line of a deployment, from its first two events. */
export function headline(event: JournalEvent & { kind: 'deployment.planned' }): string {
  const { plan } = event.data;
  const { app } = plan;
  const length = plan.expectedMs === null ? '' : `, about ${formatDuration(plan.expectedMs)}`;
  const what =
    plan.kind === 'rollback' ? `${app} to ${plan.release.id}` : `${app} ${short(plan.release.source.commit)}`;
  const where = plan.kind === 'rollback' ? `on ${plan.environment}` : `to ${plan.environment}`;
  return `${VERBS[plan.kind]} ${what} ${where}  ·  by ${event.actor} · ${plan.steps.length} steps${length} · rollback: ${plan.rollbackClass}`;
}
