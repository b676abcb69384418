/**
 * THE RUNBOOK. Start reading here: what a deployment does, from the lock to the last look.
 *
 * `open` takes the lock and finishes what a dead holder left, `observe` reads every target, `plan` is
 * pure, `gates` may refuse, `execute` moves step by step and goes back by itself, `watch` looks on.
 */
import { behindCommit, type Unfinished } from './behind-commit.ts';
import { newDeploymentId } from './ids.ts';
import { withBaselines } from './baseline.ts';
import type { Problem } from './errors.ts';
import type { DeploymentKind } from './events.ts';
import { execute } from './execute.ts';
import { type GateRequest, passGates } from './gate.ts';
import { expectedDuration, observe } from './observe.ts';
import { environmentRow, recoverOpen, type Recovered, requireOpenEnvironment, withSession } from './open.ts';
import { planDeployment, type PlanFacts } from './plan.ts';
import { begin } from './begin.ts';
import type { Source } from './release.ts';
import { releaseName } from './release.ts';
import { inspectSchema } from './schema-gate.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import type { Outcome } from './state.ts';
import { watch, type Watched } from './watch.ts';

export interface DeployRequest extends GateRequest {
  readonly kind: DeploymentKind;
  readonly source: Source;
  readonly reason: string | null;
}

export interface DeployResult {
  readonly deployment: string;
  readonly release: string;
  readonly outcome: Outcome;
  /** Why it was refused. */
  readonly refusal: Problem | null;
  /** What a dead holder had left, and how it ended. */
  readonly recovered: Recovered | null;
  readonly watched: Watched | null;
  /** What the store could not record any more behind the commit; null when it ended as it should. */
  readonly unfinished: Unfinished | null;
}

export function deploy(runtime: Runtime, environment: Environment, request: DeployRequest): Promise<DeployResult> {
  return withSession(runtime, environment, async (session) => {
    const recovered = await recoverOpen(session);
    const row = await environmentRow(runtime, environment.name);
    requireOpenEnvironment(row, environment.name);
    const observed = await observe(runtime, environment, row);
    const targets = await withBaselines(runtime, environment, observed.targets);
    const schema = await inspectSchema(runtime, environment, row?.live?.source, request.source);
    const plan = planDeployment({
      ...newRelease(session, request),
      targets,
      schema,
      expectedMs: await expectedDuration(runtime, environment.name, request.kind),
    });
    begin(session, plan, { reason: request.reason });
    const refusal = await passGates(session, row, { ...observed, targets, schema }, request);
    const outcome = (await behindCommit(session, () => execute(session))) ?? 'committed';
    const mayWatch = outcome === 'committed' && !session.unfinished;
    const watched = mayWatch ? await behindCommit(session, () => watch(session)) : null;
    const { unfinished } = session;
    return { deployment: plan.deployment, release: plan.release.id, outcome, refusal, recovered, watched, unfinished };
  });
}

/** The facts of a plan that come from the request and the configuration. */
export function newRelease(
  { runtime, environment }: Pick<Session, 'runtime' | 'environment'>,
  request: Pick<DeployRequest, 'kind' | 'source'>,
): Omit<PlanFacts, 'targets' | 'schema' | 'expectedMs'> {
  const deployment = newDeploymentId(runtime);
  return {
    app: environment.app,
    deployment,
    environment: environment.name,
    kind: request.kind,
    strategy: environment.strategy,
    soakMs: environment.soakMs,
    canary: environment.canary,
    release: {
      id: releaseName(request.source, deployment),
      source: request.source,
      configHash: environment.configHash,
    },
    refs: {},
    restores: {},
    checks: environment.checks.length,
    limits: environment.limits,
  };
}
