/** Facts in, plan out. Pure: the plan is data that a person can read before anything happens, and that recovery reads after. */
import type { DeploymentKind } from './events.ts';
import { hashOf } from './journal.ts';
import { type LiveRefs, type ReleaseRef, type RollbackClass, type Source, worseClass } from './release.ts';
import type { SchemaInspection } from './schema-gate.ts';
import type { CanaryPlan, CanarySettings, ObservedBaseline } from '../strategies/canary.ts';
import { layoutSteps } from './layout.ts';

export type StepKind =
  | 'stage'
  | 'hold'
  | 'stop'
  | 'snapshot'
  | 'restore'
  | 'start'
  | 'check'
  | 'shift'
  | 'judge'
  | 'activate'
  | 'soak'
  | 'verify'
  | 'resume'
  | 'retire';

export type StrategyName = 'all-at-once' | 'blue-green' | 'recreate' | 'canary';

export interface PlannedStep {
  /** `kind:target`, unique in the plan. */
  readonly id: string;
  readonly kind: StepKind;
  /** Null for what concerns all targets. */
  readonly target: string | null;
  /** Steps of one group run side by side; groups run in ascending order. */
  readonly group: number;
  /** True for what happens behind the commit, where the only way is forward. */
  readonly after: boolean;
  readonly limitMs: number;
  readonly title: string;
  /** Of a canary: which of its stages this belongs to, counted from 0. */
  readonly stage?: number;
}

export interface Plan {
  readonly format: 1;
  readonly app: string;
  readonly deployment: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly strategy: StrategyName;
  readonly release: { readonly id: string; readonly source: Source; readonly configHash: string };
  /** What was live, by target: where a failure goes back to. */
  readonly before: LiveRefs;
  /** Artefacts that exist already (rollback, restore); empty when every target stages. */
  readonly refs: Readonly<Record<string, ReleaseRef>>;
  readonly rollbackClass: RollbackClass;
  /** What makes going back take more than code; null, or absent in older plans: nothing that is known. */
  readonly rollbackReason?: string | null;
  /** What the schema change is, in one line; null, or absent in older plans: none is known. */
  readonly schema?: string | null;
  readonly soakMs: number;
  /** Null, or absent in plans of before there were canaries: traffic moves all at once. */
  readonly canary?: CanaryPlan | null;
  /** Snapshot to put back, by target. */
  readonly restores: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
  /** From earlier deployments of this environment; null when there are none. */
  readonly expectedMs: number | null;
}

/** What planning needs to know of a target: its abilities, not its workings. */
export interface TargetFacts {
  readonly name: string;
  readonly kind: string;
  readonly live: ReleaseRef | null;
  readonly lifecycle: boolean;
  /** Others call it: it goes live before they are checked. */
  readonly backend: boolean;
  readonly holds: boolean;
  /** While it is held, nothing there can be checked. */
  readonly silences: boolean;
  /** Its traffic can be shared between two releases. */
  readonly splits: boolean;
  /** What each of them answers can be seen, request by request. */
  readonly seen: boolean;
  /** What its live release answers; looked at only where a canary is to be judged by it. */
  readonly baseline: ObservedBaseline | null;
  readonly data: boolean;
  /** Keeps artefacts or snapshots that have to be let go one day. */
  readonly prunes: boolean;
}

export interface PlanFacts {
  readonly app: string;
  readonly deployment: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly strategy: StrategyName;
  readonly soakMs: number;
  readonly canary: CanarySettings | null;
  readonly schema: SchemaInspection | null;
  readonly release: Plan['release'];
  /** In the order of activation. */
  readonly targets: readonly TargetFacts[];
  readonly refs: Plan['refs'];
  readonly restores: Plan['restores'];
  readonly checks: number;
  readonly limits: Readonly<Partial<Record<StepKind, number>>>;
  readonly expectedMs: number | null;
}

/**
 * What going back from this release will take. Without protected data it is code only. Two versions
 * that ran side by side on the same data (every strategy but `recreate`) have shown that the old code
 * can live with it; one that was alone on its data has shown nothing.
 */
export function rollbackClassOf(strategy: StrategyName, targets: readonly TargetFacts[]): RollbackClass {
  return strategy === 'recreate' && targets.some((target) => target.data) ? 'restore-required' : 'code-only';
}

const ALONE = 'the new release is alone on the protected data (strategy recreate)';

/** The worse of what the strategy and the schema say; the schema's own reason where it is as bad. */
function wayBackOf({
  strategy,
  targets,
  schema,
}: Pick<PlanFacts, 'strategy' | 'targets' | 'schema'>): Pick<Plan, 'rollbackClass' | 'rollbackReason'> {
  const own = rollbackClassOf(strategy, targets);
  const rollbackClass = worseClass(own, schema?.rollbackClass ?? 'code-only');
  if (rollbackClass === 'code-only') return { rollbackClass, rollbackReason: null };
  const bySchema = schema?.rollbackClass === rollbackClass ? schema.because : null;
  return { rollbackClass, rollbackReason: bySchema ?? ALONE };
}

export function planDeployment(facts: PlanFacts): Plan {
  return {
    format: 1,
    app: facts.app,
    deployment: facts.deployment,
    environment: facts.environment,
    kind: facts.kind,
    strategy: facts.strategy,
    release: facts.release,
    before: Object.fromEntries(facts.targets.map((target) => [target.name, target.live])),
    refs: facts.refs,
    ...wayBackOf(facts),
    schema: facts.schema?.summary ?? null,
    soakMs: facts.soakMs,
    canary: canaryOf(facts),
    restores: facts.restores,
    steps: layoutSteps(facts),
    expectedMs: facts.expectedMs,
  };
}

/** What traffic can be shared on: it needs a release to compare with, and a router that shows both. */
export function splitTargets(facts: PlanFacts): readonly TargetFacts[] {
  return facts.strategy === 'canary' && facts.canary ? facts.targets.filter((one) => one.splits && one.live) : [];
}

function canaryOf(facts: PlanFacts): CanaryPlan | null {
  const split = splitTargets(facts);
  if (!facts.canary || split.length === 0) return null;
  const unknown: ObservedBaseline = { ratePerSecond: 0, quantilesMs: null, errorRate: null };
  const baselines = split.map(({ name, baseline }) => [name, baseline ?? unknown] as const);
  return { ...facts.canary, baselines: Object.fromEntries(baselines) };
}

/** Equal plans have equal hashes; a foreign plan is never continued. */
export function planHash(plan: Plan): string {
  return hashOf(plan);
}
