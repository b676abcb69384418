/** What metrics keep of a deployment: small, and changed by its events as they come. */
import type { DeploymentKind, JournalEvent } from '../core/events.ts';
import type { Json, Source } from '../core/release.ts';
import type { Outcome } from '../core/state.ts';
import { movesTraffic, stepName } from './step-name.ts';

/** Work that nobody had planned, as git itself or the branch says. */
export type Rework = 'revert' | 'hotfix';

/** Times are milliseconds since 1970 by the writer's clock. */
export interface DeploymentFacts {
  readonly id: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly release: string;
  readonly commit: string;
  readonly committedAt: number | null;
  readonly author: string | null;
  readonly actor: string;
  readonly rework: Rework | null;
  /** The watch of another deployment has opened this one. */
  readonly automatic: boolean;
  readonly openedAt: number;
  endedAt: number | null;
  outcome: Outcome | null;
  /** Committed, and nothing had to be done for it. */
  unchanged: boolean;
  configHash: string | null;
  /** Why it ended as it did, of all but committed ones. */
  reason: string | null;
  failedStep: string | null;
  /** When users may first have met it. */
  trafficAt: number | null;
  /** A person was asked for, and what they were asked for was settled. */
  attentionAt: number | null;
  settledAt: number | null;
  /** The longest of the steps of a kind, which run side by side. */
  buildMs: number | null;
  startMs: number | null;
  /** Of all its targets together, as each became ready. */
  memoryBytes: number | null;
}

function reworkOf({ subject = '', branch = '' }: Source): Rework | null {
  if (/^revert[ :"]/i.test(subject)) return 'revert';
  return /^hotfix\//i.test(branch) || /^hotfix\b/i.test(subject) ? 'hotfix' : null;
}

/** Texts that repeat are kept once. */
export type Intern = (text: string) => string;

export function openedFacts(event: JournalEvent & { kind: 'deployment.opened' }, intern: Intern): DeploymentFacts {
  const { kind, release, source, cause } = event.data;
  const committedAt = source.committedAt === undefined ? Number.NaN : Date.parse(source.committedAt);
  return {
    id: event.deployment ?? '',
    environment: intern(event.environment),
    kind,
    release: intern(release),
    commit: intern(source.commit),
    committedAt: Number.isNaN(committedAt) ? null : committedAt,
    author: source.author === undefined ? null : intern(source.author),
    actor: intern(event.actor),
    rework: reworkOf(source),
    automatic: cause !== undefined,
    openedAt: Date.parse(event.at),
    endedAt: null,
    outcome: null,
    unchanged: false,
    configHash: null,
    reason: null,
    failedStep: null,
    trafficAt: null,
    attentionAt: null,
    settledAt: null,
    buildMs: null,
    startMs: null,
    memoryBytes: null,
  };
}

function end(facts: DeploymentFacts, outcome: Outcome, at: number, reason: string | null): void {
  facts.outcome = outcome;
  facts.endedAt = at;
  facts.reason = reason;
}

function reopen(facts: DeploymentFacts, at: number): void {
  if (facts.attentionAt !== null) facts.settledAt = at;
  if (facts.outcome === 'committed') return;
  facts.outcome = null;
  facts.endedAt = null;
}

/** An attempt counts as well: a step that fails may have shown the candidate to some. */
function traffic(facts: DeploymentFacts, step: string, at: number): void {
  if (movesTraffic(step) && (facts.trafficAt === null || at < facts.trafficAt)) facts.trafficAt = at;
}

function memory(facts: DeploymentFacts, receipt: Json): void {
  const bytes: unknown = typeof receipt === 'object' && receipt !== null ? Reflect.get(receipt, 'memoryBytes') : null;
  if (typeof bytes === 'number') facts.memoryBytes = (facts.memoryBytes ?? 0) + bytes;
}

function stepDone(facts: DeploymentFacts, step: string, ms: number): void {
  const { step: kind } = stepName(step);
  if (kind === 'stage') facts.buildMs = Math.max(facts.buildMs ?? 0, ms);
  if (kind === 'start') facts.startMs = Math.max(facts.startMs ?? 0, ms);
}

/** Ends as the row of the history does; the rest is what rows do not have. */
export function applyToFacts(facts: DeploymentFacts, event: JournalEvent): void {
  const at = Date.parse(event.at);
  switch (event.kind) {
    case 'step.done':
      traffic(facts, event.data.step, at - event.data.ms);
      if (event.data.step.startsWith('start:')) memory(facts, event.data.receipt);
      // What was found done after a crash took its time in a process that is gone.
      if (!event.data.found) stepDone(facts, event.data.step, event.data.ms);
      return;
    case 'step.failed': {
      const { step, error, ms } = event.data;
      facts.failedStep = step;
      // Failed before it began, or at a port that belongs to another program: nobody has met the candidate.
      if (ms > 0 && error.code !== 'PORT_TAKEN') traffic(facts, step, at - ms);
      return;
    }
    case 'step.unknown':
      return traffic(facts, event.data.step, at);
    case 'undo.done':
      return traffic(facts, event.data.step, at - event.data.ms);
    default:
      return applyEnd(facts, event, at);
  }
}

function applyEnd(facts: DeploymentFacts, event: JournalEvent, at: number): void {
  switch (event.kind) {
    case 'deployment.committed':
      facts.unchanged = event.data.unchanged === true;
      facts.configHash = event.data.release.configHash;
      return end(facts, 'committed', at, null);
    case 'deployment.rolled-back':
      return end(facts, 'rolled-back', at, event.data.reason);
    case 'deployment.refused':
      return end(facts, 'refused', at, event.data.reason);
    case 'deployment.paused':
      return end(facts, 'paused', at, event.data.reason);
    case 'attention.raised':
      facts.attentionAt ??= at;
      facts.settledAt = null;
      if (facts.outcome !== 'committed') end(facts, 'stuck', at, event.data.reason);
      else facts.reason = event.data.reason;
      return;
    case 'deployment.resumed':
    case 'attention.resolved':
      return reopen(facts, at);
    case 'deployment.closed':
      if (facts.outcome === null) end(facts, event.data.outcome, at, facts.reason);
      return;
    default:
      return;
  }
}
