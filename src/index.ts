/** The public interface of `belayctl`: what a configuration file imports, and what other programs may build on. */
export * from './config/define.ts';
export { deploy, type DeployRequest, type DeployResult } from './core/deploy.ts';
export { EXIT, Problem, type ExitCode, type ProblemCode } from './core/errors.ts';
export type { CheckStatus, EventData, EventKind, JournalEvent, NewEvent } from './core/events.ts';
export { hashEvent, verifyChain } from './core/journal.ts';
export { planDeployment, type Plan, type PlanFacts, type PlannedStep, type StrategyName } from './core/plan.ts';
export type { LiveRefs, Release, ReleaseRef, RollbackClass, Source } from './core/release.ts';
export type { Environment, Notice, Runtime } from './core/runtime.ts';
export { foldDeployment, type DeploymentState, type Outcome } from './core/state.ts';
export type { DeploymentRow, EnvironmentRow, ReleaseRow, SnapshotRow } from './core/views.ts';
export type { Check, CheckContext, CheckResult } from './checks/check.ts';
export type { Fingerprint, ProtectedData, Snapshot } from './databases/database.ts';
export { openProject, type Project, type ProjectOptions } from './project.ts';
export type { Router } from './routers/router.ts';
export type { Fence, Holder, LeaseRecord, Store } from './stores/store.ts';
export type { Evidence, Lifecycle, Probe, Target, TargetContext, Traffic } from './targets/target.ts';
