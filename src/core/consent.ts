/**
 * What happens to protected data when a release is left. Data is never overwritten without a verified
 * snapshot of what is overwritten (the plan takes one) and a person's consent to the writes that are lost.
 */
import type { Snapshot } from '../databases/database.ts';
import type { TargetContext } from '../targets/target.ts';
import { Problem } from './errors.ts';
import { lookWithin } from './observe.ts';
import type { Session } from './session.ts';
import type { ReleaseRow } from './views.ts';

/** `ask` refuses when it matters; `unless-written` restores only when nothing would be lost. */
export type DataConsent = 'ask' | 'restore' | 'keep' | 'unless-written';

/** Whoever only looks has no session, and the authority of none. */
export type Looking = Pick<Session, 'runtime' | 'environment' | 'fence'>;

export interface Leaving {
  readonly releases: readonly ReleaseRow[];
  /** Releases that were live one after the other, the live one last. */
  readonly trail: readonly string[];
  readonly to: string;
}

/**
 * The releases that ran on the data since the wanted one was live, oldest first; null when the wanted one is
 * not on the trail (it was itself taken back), so that nobody can say what the data was like in its time.
 */
function releasesLeft({ releases, trail, to }: Leaving): readonly ReleaseRow[] | null {
  const since = trail.indexOf(to);
  if (since < 0) return null;
  return trail.slice(since + 1).flatMap((id) => releases.find((release) => release.id === id) ?? []);
}

/** What is left on the way, newest last; where nobody can say, the two that are surely concerned. */
function involvedIn(leaving: Leaving): readonly ReleaseRow[] {
  const { releases, trail, to } = leaving;
  const both = () => [to, trail.at(-1)].flatMap((id) => releases.find((release) => release.id === id) ?? []);
  return releasesLeft(leaving) ?? both();
}

const reasonOf = ({ id, rollbackReason }: ReleaseRow): string =>
  `${id}: ${rollbackReason ?? 'it may have changed the data'}`;

/** No snapshot leads back over it: only a person can say that the old code runs all the same. */
function noWayBack(crossed: readonly ReleaseRow[], to: string): Problem {
  const [last] = crossed.slice(-1);
  return new Problem(
    'CONSENT_NEEDED',
    `There is no way back over ${last?.id}: nothing shows that ${to} runs on what it has changed`,
    {
      why: crossed.map(reasonOf).join('; '),
      next:
        'belay deploy COMMIT   (one that runs on the schema as it is now)   or   ' +
        'belay rollback --keep-data   (you have seen that the old code can run on it)',
      details: crossed.map(reasonOf),
    },
  );
}

/** How much was written on a target since the snapshot. @throws Problem SNAPSHOT_UNKNOWN */
export async function lostWrites(
  session: Looking,
  target: string,
  id: string,
): Promise<{ snapshot: Snapshot; count: number; unit: string }> {
  const { data } = session.environment.targets.get(target) ?? {};
  const { runtime, environment, fence } = session;
  const at = { fence, at: 'data' } as const;
  const snapshot = data && (await lookWithin(runtime, environment, target, (ctx) => data.find(ctx, id), at));
  if (!data || !snapshot) {
    throw new Problem('SNAPSHOT_UNKNOWN', `Snapshot ${id} of ${target} is gone`, { next: 'belay snapshot list' });
  }
  const count = (ctx: TargetContext) => data.writesSince(ctx, snapshot);
  return { snapshot, ...(await lookWithin(runtime, environment, target, count, at)) };
}

export interface DataAtStake {
  /** Releases that would be left and over which no snapshot leads back. */
  readonly crossed: readonly ReleaseRow[];
  /** Those that may have changed the data, so that going back needs it as it was. */
  readonly changing: readonly ReleaseRow[];
  /** Taken at the moment when the wanted release was left, by target. */
  readonly snapshots: Readonly<Record<string, string>>;
}

/** What leaving means for the data, by what was recorded when each release shipped. */
export function dataAtStake(leaving: Leaving): DataAtStake {
  const involved = involvedIn(leaving);
  return {
    crossed: involved.filter(({ rollbackClass }) => rollbackClass === 'forward-only'),
    changing: involved.filter(({ rollbackClass }) => rollbackClass === 'restore-required'),
    // The moment when the wanted release was left: the snapshot before the deployment that came right after it.
    snapshots: releasesLeft(leaving)?.[0]?.snapshots ?? {},
  };
}

/**
 * The snapshots to restore, by target: whether the wanted release can run on today's schema and data is answered
 * from what was recorded when each release shipped, before anything moves.
 * @throws Problem CONSENT_NEEDED with what would be lost, counted; or with what makes it impossible
 */
export async function consentToData(
  session: Looking,
  leaving: Leaving,
  consent: { readonly data: DataConsent; readonly loseWrites: number },
): Promise<Readonly<Record<string, string>>> {
  if (consent.data === 'keep') return {};
  const { crossed, changing, snapshots } = dataAtStake(leaving);
  if (crossed.length > 0) throw noWayBack(crossed, leaving.to);
  if (consent.data !== 'restore' && changing.length === 0) return {};
  const lost: string[] = [];
  let total = 0;
  for (const [target, id] of Object.entries(snapshots)) {
    const { count, unit } = await lostWrites(session, target, id);
    total += count;
    lost.push(`${target}: ${count} ${unit} since snapshot ${id}`);
  }
  const agreed = consent.data !== 'ask' && Object.keys(snapshots).length > 0;
  if (agreed && total <= consent.loseWrites) return snapshots;
  const keep = 'belay rollback --keep-data   (the old code can read the data as it is now)';
  const back = `belay rollback --restore-data --lose-writes ${total}   (puts the snapshot back)`;
  const why = [...changing.map(reasonOf), 'there is no snapshot of that moment'].join('; ');
  throw new Problem(
    'CONSENT_NEEDED',
    `The release being left may have changed the data, and ${leaving.to} ran on what was before`,
    {
      why: lost.join('; ') || why,
      next: lost.length === 0 ? keep : `${back}   or   ${keep}`,
      details: [...lost, ...changing.map(reasonOf)],
    },
  );
}
