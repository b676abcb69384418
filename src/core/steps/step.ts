/** One effect, told in four verbs: what is there, do it, was it done, take it back. */
import type { EventData } from '../events.ts';
import type { Json, ReleaseRef } from '../release.ts';
import type { Environment, Runtime } from '../runtime.ts';
import type { Plan, PlannedStep } from '../plan.ts';
import type { Target, TargetContext } from '../../targets/target.ts';
import type { HolderRequest } from '../../stores/store.ts';

export type Measurement = EventData['analysis.measured'];

/** What a look at the world shows of a step. `other` is neither what we want nor what we found before. */
export type Seen =
  | { readonly is: 'wanted'; readonly receipt: Json }
  | { readonly is: 'before' }
  | { readonly is: 'other'; readonly saw: string };

export interface StepContext {
  readonly step: PlannedStep;
  readonly plan: Plan;
  readonly environment: Environment;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  /** What `before` had seen, from the journal; null while it is being asked. */
  readonly expected: Json;
  /** What `run` had returned, from the journal; null when that is not known. */
  readonly receipt: Json;
  receiptOf(step: string): Json;
  /** The release under way on a target: staged by this deployment, or named by its plan. */
  candidate(target: string): ReleaseRef | null;
  target(name?: string): Target;
  contextFor(name?: string): TargetContext;
  progress(text: string): void;
  /** What other processes asked of this deployment since the last look. */
  requests(): Promise<readonly HolderRequest[]>;
  /** Takes note of a request that the step itself fulfils. */
  accept(request: HolderRequest): Promise<void>;
  /** The latest measurement of this deployment, from the journal. */
  measured(): Measurement | null;
  /** Writes a measurement durably. */
  measure(measurement: Measurement): Promise<void>;
  /** Writes, with the next event, that a snapshot of this step's target is gone. */
  prunedSnapshot(id: string): void;
  /** Writes that a target answers with another schema version than its release has; once for each answer. */
  mismatched(mismatch: EventData['schema.mismatched']): Promise<void>;
}

export interface Step {
  /** Read before the intent is recorded: what to come back to. */
  before?(ctx: StepContext): Promise<Json>;
  /**
   * Looks without changing anything. Called after `run`, and after a crash or a lost answer instead of it.
   * Absent for steps that only observe or only tidy up: they are simply run again.
   */
  look?(ctx: StepContext): Promise<Seen>;
  run(ctx: StepContext): Promise<Json>;
  /** Idempotent. Absent where there is nothing to take back. Returns a note for the record, if there is one. */
  undo?(ctx: StepContext): Promise<string | undefined>;
  /** Whether the undo took; without it, `look` must say `before`. */
  undone?(ctx: StepContext): Promise<Seen>;
}

/** The release that this deployment goes back to, on the step's target. */
export function previousOf(ctx: StepContext): ReleaseRef | null {
  return ctx.plan.before[ctx.step.target ?? ''] ?? null;
}

export function asRef(value: Json): ReleaseRef | null {
  return value !== null && typeof value === 'object' && 'id' in value ? (value as unknown as ReleaseRef) : null;
}
