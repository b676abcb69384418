/** Going back to a release that ran before: the same steps as going forward, with artefacts that exist already. */
import { behindCommit, type Unfinished } from './behind-commit.ts';
import { newDeploymentId } from './ids.ts';
import { begin } from './begin.ts';
import { consentToData, type DataConsent, type Looking } from './consent.ts';
import { Problem } from './errors.ts';
import { execute } from './execute.ts';
import { expectedDuration, lookWithin, observe } from './observe.ts';
import { environmentRow } from './open.ts';
import { type Plan, planDeployment, type PlanFacts } from './plan.ts';
import { type ReleaseRef, sameRef, short } from './release.ts';
import type { Target } from '../targets/target.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import type { Outcome } from './state.ts';
import { unheldData } from './unheld.ts';
import type { EnvironmentRow, ReleaseRow } from './views.ts';

export interface RollbackRequest {
  /** Release id or the beginning of it; null for the one before the live one. */
  readonly to: string | null;
  readonly reason: string | null;
  readonly cause?: string;
  /** What to do with protected data that the release being left may have changed. */
  readonly data: DataConsent;
  /** How many writes the person has agreed to lose. */
  readonly loseWrites: number;
}

export interface RollbackResult {
  readonly deployment: string | null;
  readonly release: string;
  readonly outcome: Outcome;
  /** False when what was asked for was live already. */
  readonly changed: boolean;
  /** What the store could not record any more behind the commit; null when it ended as it should. */
  readonly unfinished: Unfinished | null;
}

export async function releasesOf(
  runtime: Pick<Runtime, 'store'>,
  environment: string,
  limit = 200,
): Promise<readonly ReleaseRow[]> {
  const rows = await runtime.store.view('releases', { environment, limit });
  return rows.map((row) => row.row as ReleaseRow);
}

/** @throws Problem RELEASE_UNKNOWN, NOTHING_TO_ROLL_BACK */
export function chooseRelease(
  releases: readonly ReleaseRow[],
  row: EnvironmentRow | null,
  to: string | null,
): ReleaseRow {
  const environment = row?.environment ?? 'the environment';
  const wanted = to ?? row?.trail.at(-2);
  if (!wanted) {
    throw new Problem('NOTHING_TO_ROLL_BACK', `There is nothing to roll ${environment} back to`, {
      why: row?.live ? `${row.live.release} is the first release that ran there` : 'nothing was deployed yet',
      next: 'belay releases',
    });
  }
  const matches = releases.filter(
    (release) => release.id.startsWith(wanted) || release.source.commit.startsWith(wanted),
  );
  const exact = matches.find((release) => release.id === wanted) ?? matches[0];
  if (!exact) {
    throw new Problem('RELEASE_UNKNOWN', `${environment} has no release ${wanted}`, { next: 'belay releases' });
  }
  return exact;
}

/** @throws Problem RELEASE_PRUNED */
export async function requireKept(session: Looking, release: ReleaseRow): Promise<void> {
  const { runtime, environment, fence } = session;
  const isKept = async (name: string, target: Target, ref: ReleaseRef) =>
    (await lookWithin(runtime, environment, name, async (ctx) => target.kept?.(ctx, ref), { fence })) ?? true;
  for (const [name, target] of environment.targets) {
    const ref = release.refs[name];
    if (ref && (await isKept(name, target, ref))) continue;
    throw new Problem('RELEASE_PRUNED', `${release.id} cannot be brought back on ${name}`, {
      why: ref ? 'its artefact was pruned' : `it never ran on ${name}`,
      next: `belay deploy ${short(release.source.commit)}   builds the same commit again`,
    });
  }
}

/** The steps of going back to a release; `restores` are the snapshots to put back, by target. */
export async function planRollback(
  { runtime, environment }: Pick<Session, 'runtime' | 'environment'>,
  { release, targets, restores }: { release: ReleaseRow } & Pick<PlanFacts, 'targets' | 'restores'>,
): Promise<Plan> {
  return planDeployment({
    app: environment.app,
    deployment: newDeploymentId(runtime),
    environment: environment.name,
    kind: 'rollback',
    // Data is put back only while nobody can write to it.
    strategy: Object.keys(restores).length > 0 ? 'recreate' : environment.strategy,
    soakMs: 0,
    canary: null,
    schema: null,
    release: { id: release.id, source: release.source, configHash: release.configHash },
    targets,
    refs: release.refs,
    restores,
    checks: environment.checks.length,
    limits: environment.limits,
    expectedMs: await expectedDuration(runtime, environment.name, 'rollback'),
  });
}

/** @throws Problem RELEASE_UNKNOWN, NOTHING_TO_ROLL_BACK, RELEASE_PRUNED, CONSENT_NEEDED, GATE_REFUSED: nothing was begun */
export async function rollBack(session: Session, request: RollbackRequest): Promise<RollbackResult> {
  const { runtime, environment } = session;
  const row = await environmentRow(runtime, environment.name);
  const releases = await releasesOf(runtime, environment.name);
  const release = chooseRelease(releases, row, request.to);
  const observed = await observe(runtime, environment, row);
  const isLive = observed.targets.every((target) => sameRef(target.live, release.refs[target.name]));
  if (isLive) {
    return { deployment: null, release: release.id, outcome: 'committed', changed: false, unfinished: null };
  }
  await requireKept(session, release);
  const restores = await consentToData(session, { releases, trail: row?.trail ?? [], to: release.id }, request);
  const plan = await planRollback(session, { release, targets: observed.targets, restores });
  const unheld = unheldData(plan, observed.targets);
  if (unheld) throw unheld;
  const left = row?.live?.source.commit;
  begin(session, plan, { reason: request.reason, ...(request.cause === undefined ? {} : { cause: request.cause }) });
  if (left !== undefined && left !== release.source.commit) {
    const reason = request.reason ?? 'rolled back';
    session.alongCommit.push(() => session.event('environment.frozen', { commit: left, reason }));
  }
  const outcome = (await behindCommit(session, () => execute(session))) ?? 'committed';
  const changed = outcome === 'committed';
  return { deployment: plan.deployment, release: release.id, outcome, changed, unfinished: session.unfinished };
}
