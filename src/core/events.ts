/**
 * Everything the journal can say. State, history, audit and every screen are folds over these
 * events, so a kind is never reused with another meaning; a new meaning is a new kind.
 */
import type { AnalysisReport } from '../analysis/analysis.ts';
import type { Plan } from './plan.ts';
import type { Json, LiveRefs, Release, Source } from './release.ts';
import type { Direction, Outcome } from './state.ts';

/** Version of the event format; a journal of a newer one is refused (guarantee G16). */
export const JOURNAL_FORMAT = 1;

export type DeploymentKind = 'deploy' | 'rollback' | 'promote' | 'restore';

/** Six verdicts; only `pass` and `warn` let a deployment go on. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'inconclusive' | 'error' | 'not-configured';

export interface RecordedError {
  readonly code: string;
  readonly message: string;
  /** The last lines of what failed, redacted; its own log may be gone by the time somebody reads this. */
  readonly details?: readonly string[];
}

/** What one source of evidence has shown so far, and what is needed to go on from here with the same numbers. */
export interface MeasuredSource {
  readonly name: string;
  readonly report: AnalysisReport;
  /** Requests that were forgotten before they could be read. */
  readonly missed: number;
  /** Milliseconds since 1970 by the source's clock: second 0 of the analysis. Null until something was seen. */
  readonly origin: number | null;
  readonly cursor: Json;
  readonly state: Json;
}

export interface EventData {
  'deployment.opened': {
    readonly kind: DeploymentKind;
    readonly format: number;
    readonly tool: string;
    readonly release: string;
    readonly source: Source;
    readonly strategy: string;
    readonly reason?: string;
    /** The deployment whose watch opened this one. */
    readonly cause?: string;
  };
  'deployment.planned': { readonly plan: Plan; readonly hash: string };
  'gate.checked': {
    readonly check: string;
    readonly status: CheckStatus;
    readonly summary: string;
    readonly findings: readonly string[];
  };
  'step.intended': { readonly step: string; readonly attempt: number; readonly expected: Json };
  'step.done': { readonly step: string; readonly receipt: Json; readonly ms: number; readonly found?: true };
  'step.failed': { readonly step: string; readonly error: RecordedError; readonly ms: number };
  'step.unknown': { readonly step: string; readonly error: RecordedError };
  'step.absent': { readonly step: string };
  'undo.intended': { readonly step: string; readonly attempt: number };
  'undo.done': { readonly step: string; readonly ms: number; readonly note?: string };
  'undo.failed': { readonly step: string; readonly error: RecordedError; readonly ms: number };
  'direction.decided': { readonly direction: Direction; readonly reason: string; readonly by: string };
  'drift.found': {
    readonly target: string;
    readonly expected: string | null;
    readonly saw: string | null;
    readonly accepted: boolean;
  };
  'deployment.committed': { readonly release: Release; readonly live: LiveRefs; readonly unchanged?: true };
  'deployment.rolled-back': { readonly reason: string; readonly live: LiveRefs };
  'deployment.refused': { readonly reason: string };
  'deployment.paused': { readonly reason: string };
  'deployment.resumed': { readonly reason: string };
  'deployment.closed': { readonly outcome: Outcome; readonly leftovers: readonly string[] };
  'attention.raised': { readonly reason: string; readonly remaining: readonly string[] };
  'attention.resolved': { readonly reason: string };
  'request.accepted': { readonly id: string; readonly request: string; readonly by: string; readonly reason: string };
  /** A canary, once an interval and at the end of each stage. */
  'analysis.measured': {
    readonly stage: number;
    readonly share: number;
    readonly elapsedMs: number;
    /** What was decided on it, and why. */
    readonly action: string;
    readonly why: string;
    readonly sources: readonly MeasuredSource[];
  };
  'trigger.fired': { readonly trigger: string; readonly observed: string; readonly limit: string };
  /** What is live says that it was built with another schema than its release; told once for each answer. */
  'schema.mismatched': {
    readonly target: string;
    /** Versions, as `system:getSchemaVersion` tells them. */
    readonly expected: string;
    readonly saw: string;
    /** What was asked. */
    readonly check: string;
  };
  /** Something to look at; nothing was done about it. */
  'alert.raised': { readonly what: string };
  'watch.ended': { readonly result: 'quiet' | 'breached' | 'interrupted'; readonly ms: number };
  'environment.frozen': { readonly commit: string; readonly reason: string };
  'environment.thawed': { readonly commit: string; readonly reason: string };
  'lease.taken-over': { readonly from: string; readonly nonce: string; readonly silentMs: number | null };
  'lease.forced': { readonly from: string; readonly nonce: string; readonly reason: string };
  'lease.held': { readonly reason: string };
  'release.pruned': { readonly release: string; readonly targets: readonly string[] };
  'snapshot.created': { readonly snapshot: string; readonly target: string; readonly facts: Json };
  'snapshot.verified': { readonly snapshot: string; readonly target: string; readonly facts: Json };
  'snapshot.restored': { readonly snapshot: string; readonly target: string; readonly lostWrites: number | null };
  'snapshot.pruned': { readonly snapshot: string; readonly target: string };
}

export type EventKind = keyof EventData;

/** An event before it is sealed into the chain. `id` is chosen by the writer: appending is idempotent by it. */
export type NewEvent = {
  [K in EventKind]: {
    readonly id: string;
    readonly kind: K;
    /** Null for what belongs to the environment and to no deployment. */
    readonly deployment: string | null;
    readonly actor: string;
    /** The writer's wall clock, ISO with milliseconds. Order is by `n`, never by this. */
    readonly at: string;
    readonly data: EventData[K];
  };
}[EventKind];

/** An event in the chain of its environment: `n` counts from 1 without gaps. */
export type JournalEvent = NewEvent & {
  readonly environment: string;
  readonly n: number;
  /** Fencing token under which it was written. */
  readonly token: number;
  readonly prevHash: string;
  readonly hash: string;
};
