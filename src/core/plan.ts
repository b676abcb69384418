/** Facts in, plan out. Pure: the plan is data that a person can read before anything happens, and that recovery reads after. */
import type { DeploymentKind } from './events.ts';
import { hashOf } from './journal.ts';
import type { LiveRefs, ReleaseRef, RollbackClass, Source } from './release.ts';
import { layoutSteps } from './layout.ts';

export type StepKind =
  | 'stage'
  | 'hold'
  | 'stop'
  | 'snapshot'
  | 'restore'
  | 'start'
  | 'check'
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
  readonly soakMs: number;
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
  readonly traffic: boolean;
  readonly data: boolean;
}

export interface PlanFacts {
  readonly app: string;
  readonly deployment: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly strategy: StrategyName;
  readonly soakMs: number;
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
    rollbackClass: rollbackClassOf(facts.strategy, facts.targets),
    soakMs: facts.soakMs,
    restores: facts.restores,
    steps: layoutSteps(facts),
    expectedMs: facts.expectedMs,
  };
}

/** Equal plans have equal hashes; a foreign plan is never continued. */
export function planHash(plan: Plan): string {
  return hashOf(plan);
}
