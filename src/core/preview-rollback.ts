/** What going back would do, and whether it would be let: without the lock, and nothing written. */
import { consentToData, type DataAtStake, dataAtStake, type DataConsent, type Looking, lostWrites } from './consent.ts';
import { isProblem, type Problem } from './errors.ts';
import { observe, READ_ONLY_FENCE } from './observe.ts';
import { environmentRow, requireOpenEnvironment } from './open.ts';
import type { Plan } from './plan.ts';
import { sameRef } from './release.ts';
import { chooseRelease, planRollback, releasesOf, requireKept } from './rollback.ts';
import type { Environment, Runtime } from './runtime.ts';
import { unheldData } from './unheld.ts';
import type { EnvironmentRow, ReleaseRow } from './views.ts';

/** What putting a snapshot back would cost; null: it cannot be counted. */
export interface WritesAtStake {
  readonly target: string;
  readonly snapshot: string;
  readonly writes: { readonly count: number; readonly unit: string } | null;
}

export interface RollbackPreview {
  readonly row: EnvironmentRow | null;
  /** Newest first, the live one among them. */
  readonly releases: readonly ReleaseRow[];
  /** Null: there is none to go back to, or it is not known. */
  readonly to: ReleaseRow | null;
  readonly plan: Plan | null;
  /** What was asked for is live already. */
  readonly isLive: boolean;
  readonly data: DataAtStake | null;
  readonly atStake: readonly WritesAtStake[];
  /** Why it would be refused, each by itself. */
  readonly objections: readonly Problem[];
}

export interface RollbackWish {
  readonly to: string | null;
  readonly data: DataConsent;
  readonly loseWrites: number;
}

/** @throws Problem TARGET_UNREACHABLE when a target cannot say what is live */
export async function previewRollback(
  runtime: Runtime,
  environment: Environment,
  wish: RollbackWish,
): Promise<RollbackPreview> {
  const row = await environmentRow(runtime, environment.name);
  const releases = await releasesOf(runtime, environment.name);
  const objections: Problem[] = [];
  const collect = async <T>(work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if (!isProblem(error)) throw error;
      objections.push(error);
      return null;
    }
  };
  await collect(() => requireOpenEnvironment(row, environment.name));
  const to = await collect(() => chooseRelease(releases, row, wish.to));
  const none = { row, releases, to, plan: null, isLive: false, data: null, atStake: [], objections };
  if (!to) return none;
  const looking = { runtime, environment, fence: READ_ONLY_FENCE(environment.name) };
  const { targets } = await observe(runtime, environment, row);
  const isLive = targets.every((target) => sameRef(target.live, to.refs[target.name]));
  if (isLive) return { ...none, isLive };
  await collect(() => requireKept(looking, to));
  const leaving = { releases, trail: row?.trail ?? [], to: to.id };
  const data = dataAtStake(leaving);
  const restores = await collect(() => consentToData(looking, leaving, wish));
  const plan = await planRollback(looking, { release: to, targets, restores: restores ?? {} });
  const unheld = unheldData(plan, targets);
  if (unheld) objections.push(unheld);
  return { ...none, plan, data, atStake: await countWrites(looking, data) };
}

function countWrites(looking: Looking, { snapshots }: DataAtStake): Promise<readonly WritesAtStake[]> {
  return Promise.all(
    Object.entries(snapshots).map(async ([target, snapshot]) => {
      const writes = await lostWrites(looking, target, snapshot).catch((error: unknown) => {
        if (!isProblem(error)) throw error;
        return null;
      });
      return { target, snapshot, writes: writes && { count: writes.count, unit: writes.unit } };
    }),
  );
}
