/** What the journal may say, judged event by event as it becomes durable, with a fold of its own. */
import type { EventData, JournalEvent } from '../../src/core/events.ts';
import type { Json } from '../../src/core/release.ts';
import type { Plan, PlannedStep, StepKind } from '../../src/core/plan.ts';
import type { Platform } from './platform.ts';
import type { World } from './world.ts';

export interface KnownStep {
  readonly planned: PlannedStep;
  attempts: number;
  expected: Json;
  /** The latest intent: to run or to undo, and under which token. */
  intent: { readonly way: 'run' | 'undo'; readonly token: number } | null;
  /** What was last said of it. */
  said: 'intended' | 'unknown' | 'absent' | 'done' | 'failed' | 'undoing' | 'undo-failed' | 'undone';
  saidUnder: number;
  undoIntents: number;
}

export interface KnownDeployment {
  readonly id: string;
  readonly kind: string;
  plan: Plan | null;
  readonly steps: Map<string, KnownStep>;
  /** The token that may go forward before the commit. */
  licence: number;
  direction: 'forward' | 'backward';
  outcome: 'committed' | 'rolled-back' | 'refused' | null;
  paused: boolean;
  attention: boolean;
  closed: boolean;
  /** Every outcome that it ever had, `paused` and `stuck` among them. */
  readonly outcomes: Set<string>;
}

const OBSERVING: ReadonlySet<StepKind> = new Set(['check', 'judge', 'soak', 'verify']);
const BUDGET = 3;

/** What happens when an outcome becomes durable; the world is looked at in that instant. */
export interface OutcomeRules {
  opened(): void;
  committed(deployment: KnownDeployment, event: JournalEvent & { kind: 'deployment.committed' }): void;
  rolledBack(deployment: KnownDeployment): void;
  refused(deployment: KnownDeployment): void;
  attention(deployment: KnownDeployment, reason: string): void;
}

export class JournalRules {
  readonly deployments = new Map<string, KnownDeployment>();
  readonly #world: World;
  readonly #outcomes: OutcomeRules;
  #seen = 0;
  #token = 0;

  constructor(world: World, outcomes: OutcomeRules) {
    this.#world = world;
    this.#outcomes = outcomes;
  }

  written(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.n <= this.#seen) continue;
      this.#seen = event.n;
      this.#world.trace(() => `journal ${event.n} (${event.token}) ${event.kind} ${describe(event)}`);
      if (event.token < this.#token) this.#world.violate('G1 stale-append', `${event.kind} under token ${event.token}`);
      this.#token = Math.max(this.#token, event.token);
      if (event.deployment !== null) this.#judge(event, event.deployment);
    }
  }

  #judge(event: JournalEvent, id: string): void {
    if (event.kind === 'deployment.opened') return this.#opened(event, id);
    const deployment = this.deployments.get(id);
    if (!deployment) return this.#world.violate('G3 order', `${event.kind} of ${id} before it was opened`);
    switch (event.kind) {
      case 'deployment.planned':
        deployment.plan = event.data.plan;
        return;
      case 'step.intended':
        return this.#intended(deployment, event.data, event.token);
      case 'step.done':
        return this.#done(deployment, event.data, event.token);
      case 'step.failed':
      case 'step.unknown':
      case 'step.absent':
      case 'undo.done':
      case 'undo.failed':
        return this.#said(deployment, event.data.step, SAID[event.kind], event.token);
      case 'undo.intended':
        return this.#undoIntended(deployment, event.data.step, event.token);
      default:
        return this.#turned(deployment, event);
    }
  }

  #opened(event: JournalEvent & { kind: 'deployment.opened' }, id: string): void {
    for (const other of this.deployments.values()) {
      if (!other.closed && other.outcome === null && !other.paused && !other.attention) {
        this.#world.violate('G1 two-open', `${id} was opened while ${other.id} was under way`);
      }
    }
    this.#outcomes.opened();
    this.deployments.set(id, {
      id,
      kind: event.data.kind,
      plan: null,
      steps: new Map(),
      licence: event.token,
      direction: 'forward',
      outcome: null,
      paused: false,
      attention: false,
      closed: false,
      outcomes: new Set(),
    });
  }

  #step(deployment: KnownDeployment, id: string): KnownStep | null {
    const known = deployment.steps.get(id);
    if (known) return known;
    const planned = deployment.plan?.steps.find((step) => step.id === id);
    if (!planned) {
      this.#world.violate('G3 order', `${id} is not in the plan of ${deployment.id}`);
      return null;
    }
    const fresh: KnownStep = {
      planned,
      attempts: 0,
      expected: null,
      intent: null,
      said: 'absent',
      saidUnder: 0,
      undoIntents: 0,
    };
    deployment.steps.set(id, fresh);
    return fresh;
  }

  #intended(deployment: KnownDeployment, data: EventData['step.intended'], token: number): void {
    const step = this.#step(deployment, data.step);
    if (!step) return;
    const world = this.#world;
    const { after } = step.planned;
    if (after !== (deployment.outcome === 'committed'))
      world.violate('G9 pivot', `${data.step} on the wrong side of the commit`);
    if (!after && deployment.licence !== token)
      world.violate('J6 blind-forward', `${data.step} by a holder who did not open it`);
    if (!after && deployment.direction === 'backward')
      world.violate('J6 forward-after-back', `${data.step} on the way back`);
    const unclear =
      step.said === 'intended' || step.said === 'unknown' || step.said === 'done' || step.said === 'failed';
    // Behind the commit there is no way back, so what failed there is tried again.
    const retried = after && step.said === 'failed';
    if (step.attempts > 0 && unclear && !retried && !OBSERVING.has(step.planned.kind)) {
      world.violate('G5 not-looked', `${data.step} is tried again while it is ${step.said}`);
    }
    if (step.attempts > 0 && JSON.stringify(step.expected) !== JSON.stringify(data.expected)) {
      world.violate('J7 expected-lost', `${data.step} forgets what it had found first`);
    }
    if (data.attempt > BUDGET) world.violate('run-budget', `${data.step} attempt ${data.attempt}`);
    if (step.attempts === 0) step.expected = data.expected;
    step.attempts = data.attempt;
    step.intent = { way: 'run', token };
    step.said = 'intended';
    step.saidUnder = token;
  }

  #done(deployment: KnownDeployment, data: EventData['step.done'], token: number): void {
    const step = this.#step(deployment, data.step);
    if (!step) return;
    const heard = step.said === 'intended' && step.saidUnder === token;
    if (!heard && data.found !== true) {
      this.#world.violate('G5 guessed', `${data.step} is called done, but it was ${step.said} and nobody looked`);
    }
    this.#said(deployment, data.step, 'done', token);
  }

  #said(deployment: KnownDeployment, id: string, said: KnownStep['said'], token: number): void {
    const step = this.#step(deployment, id);
    if (!step) return;
    step.said = said;
    step.saidUnder = token;
  }

  #undoIntended(deployment: KnownDeployment, id: string, token: number): void {
    const step = this.#step(deployment, id);
    if (!step) return;
    const world = this.#world;
    if (deployment.outcome === 'committed') world.violate('G9 pivot', `${id} is undone after the commit`);
    if (deployment.direction !== 'backward')
      world.violate('J6 undecided', `${id} is undone, but nobody decided to go back`);
    if (step.attempts === 0) world.violate('G8 order', `${id} is undone, but was never intended`);
    const steps = deployment.plan?.steps ?? [];
    const later = steps.slice(steps.findIndex((one) => one.id === id) + 1);
    for (const other of later) {
      const known = deployment.steps.get(other.id);
      if (!known || known.attempts === 0 || other.after || OBSERVING.has(other.kind) || known.said === 'undone')
        continue;
      world.violate('G8 order', `${id} is undone before ${other.id}`);
    }
    step.undoIntents += 1;
    if (step.undoIntents > BUDGET)
      world.violate('G11 undo-budget', `${id} is undone for the ${step.undoIntents}th time`);
    step.intent = { way: 'undo', token };
    step.said = 'undoing';
    step.saidUnder = token;
  }

  #turned(deployment: KnownDeployment, event: JournalEvent): void {
    switch (event.kind) {
      case 'direction.decided':
        // A person's word; a dead holder's successor has none of its own.
        if (event.data.direction === 'forward' && event.data.reason !== 'its process ended before the commit')
          deployment.licence = event.token;
        deployment.direction = event.data.direction;
        return;
      case 'deployment.paused':
        deployment.paused = true;
        deployment.outcomes.add('paused');
        return;
      case 'deployment.resumed':
        deployment.paused = false;
        deployment.licence = event.token;
        return;
      case 'attention.raised':
        deployment.attention = true;
        deployment.outcomes.add('stuck');
        return this.#outcomes.attention(deployment, event.data.reason);
      case 'attention.resolved':
        deployment.attention = false;
        deployment.closed = false;
        deployment.licence = event.token;
        for (const step of deployment.steps.values()) step.undoIntents = 0;
        return;
      case 'deployment.closed':
        if (deployment.closed || deployment.outcome === null) {
          this.#world.violate(
            'G6 outcome',
            `${deployment.id} is closed ${deployment.closed ? 'twice' : 'without an outcome'}`,
          );
        }
        deployment.closed = true;
        return;
      case 'deployment.committed':
      case 'deployment.rolled-back':
      case 'deployment.refused':
        return this.#decided(deployment, event);
      default:
    }
  }

  #decided(
    deployment: KnownDeployment,
    event: JournalEvent & { kind: 'deployment.committed' | 'deployment.rolled-back' | 'deployment.refused' },
  ): void {
    if (deployment.outcome !== null)
      this.#world.violate('G6 outcome', `${deployment.id}: ${event.kind} after ${deployment.outcome}`);
    deployment.outcomes.add(event.kind.slice('deployment.'.length));
    const steps = deployment.plan?.steps.filter((step) => !step.after) ?? [];
    const said = (step: PlannedStep) => deployment.steps.get(step.id)?.said;
    if (event.kind === 'deployment.committed') {
      deployment.outcome = 'committed';
      for (const step of steps) {
        if (said(step) !== 'done')
          this.#world.violate('G6 commit', `committed while ${step.id} is ${said(step) ?? 'not begun'}`);
      }
      return this.#outcomes.committed(deployment, event);
    }
    if (event.kind === 'deployment.refused') {
      deployment.outcome = 'refused';
      return this.#outcomes.refused(deployment);
    }
    deployment.outcome = 'rolled-back';
    for (const step of steps) {
      const attempted = (deployment.steps.get(step.id)?.attempts ?? 0) > 0;
      if (attempted && !OBSERVING.has(step.kind) && said(step) !== 'undone') {
        this.#world.violate('G7 rolled-back', `rolled back while ${step.id} is ${said(step)}`);
      }
    }
    return this.#outcomes.rolledBack(deployment);
  }
}

const SAID = {
  'step.failed': 'failed',
  'step.unknown': 'unknown',
  'step.absent': 'absent',
  'undo.done': 'undone',
  'undo.failed': 'undo-failed',
} as const;

function describe(event: JournalEvent): string {
  const data = event.data as { step?: string; reason?: string; error?: { message: string }; attempt?: number };
  return [event.deployment, data.step, data.attempt, data.reason, data.error?.message]
    .filter((part) => part !== undefined && part !== null)
    .join(' ');
}

/** Kinds of steps under whose intent a verb may be sent, forward and back. */
const PERMITTED: Readonly<Record<string, { readonly run: readonly StepKind[]; readonly undo: readonly StepKind[] }>> = {
  stage: { run: ['stage'], undo: [] },
  discard: { run: [], undo: ['stage'] },
  start: { run: ['start'], undo: ['activate', 'shift', 'stop'] },
  stop: { run: ['stop', 'retire'], undo: ['start'] },
  activate: { run: ['activate', 'stop'], undo: ['activate', 'shift', 'stop'] },
  // Judging takes a bad candidate's share away at once, on every target.
  split: { run: ['shift', 'judge'], undo: [] },
  hold: { run: ['hold'], undo: [] },
  resume: { run: ['resume'], undo: ['hold'] },
  snapshot: { run: ['snapshot'], undo: [] },
  restore: { run: ['restore'], undo: ['snapshot'] },
};

/** The durable intent under which a request is sent; null when there is none of this holder. */
export function intentFor(
  rules: JournalRules,
  request: { deployment: string; verb: string; platform: Platform; token: number },
): KnownStep | null {
  const permitted = PERMITTED[request.verb];
  for (const step of rules.deployments.get(request.deployment)?.steps.values() ?? []) {
    const { intent, planned } = step;
    if ((planned.target !== null && planned.target !== request.platform.name) || intent?.token !== request.token)
      continue;
    if (permitted?.[intent.way].includes(planned.kind) && (step.said === 'intended' || step.said === 'undoing'))
      return step;
  }
  return null;
}
