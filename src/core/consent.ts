/**
 * What happens to protected data when a release is left. Data is never overwritten without a verified
 * snapshot of what is overwritten (the plan takes one) and a person's consent to the writes that are lost.
 */
import type { Snapshot } from '../databases/database.ts';
import { Problem } from './errors.ts';
import { lookingContext } from './observe.ts';
import type { Session } from './session.ts';
import type { ReleaseRow } from './views.ts';

/** `ask` refuses when it matters; `unless-written` restores only when nothing would be lost. */
export type DataConsent = 'ask' | 'restore' | 'keep' | 'unless-written';

interface Leaving {
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

const changesData = (release: ReleaseRow | undefined): boolean =>
  release?.rollbackClass === 'restore-required' || release?.rollbackClass === 'forward-only';

function restoreRequired(leaving: Leaving): boolean {
  const { releases, trail, to } = leaving;
  const involved = [to, trail.at(-1)].map((id) => releases.find((release) => release.id === id));
  return (releasesLeft(leaving) ?? involved).some(changesData);
}

async function lostWrites(
  session: Session,
  target: string,
  id: string,
): Promise<{ snapshot: Snapshot; count: number; unit: string }> {
  const { data } = session.environment.targets.get(target) ?? {};
  const ctx = lookingContext(session.runtime, session.environment.name, session.fence);
  const snapshot = data && (await data.find(ctx, id));
  if (!data || !snapshot) {
    throw new Problem('SNAPSHOT_UNKNOWN', `Snapshot ${id} of ${target} is gone`, { next: 'belay snapshot list' });
  }
  return { snapshot, ...(await data.writesSince(ctx, snapshot)) };
}

/** The snapshots to restore, by target. @throws Problem CONSENT_NEEDED with what would be lost, counted. */
export async function consentToData(
  session: Session,
  leaving: Leaving,
  consent: { readonly data: DataConsent; readonly loseWrites: number },
): Promise<Readonly<Record<string, string>>> {
  if (consent.data === 'keep') return {};
  if (consent.data !== 'restore' && !restoreRequired(leaving)) return {};
  // The moment when the wanted release was left: the snapshot before the deployment that came right after it.
  const snapshots = releasesLeft(leaving)?.[0]?.snapshots ?? {};
  const lost: string[] = [];
  let total = 0;
  for (const [target, id] of Object.entries(snapshots)) {
    const { count, unit } = await lostWrites(session, target, id);
    total += count;
    lost.push(`${target}: ${count} ${unit} since snapshot ${id}`);
  }
  const agreed = consent.data !== 'ask' && Object.keys(snapshots).length > 0;
  if (agreed && total <= consent.loseWrites) return snapshots;
  throw new Problem(
    'CONSENT_NEEDED',
    `The release being left may have changed the data, and ${leaving.to} ran on what was before`,
    {
      why: lost.join('; ') || 'there is no snapshot of that moment',
      next:
        `belay rollback --restore-data --lose-writes ${total}   (puts the snapshot back)   or   ` +
        'belay rollback --keep-data   (the old code can read the data as it is now)',
      details: lost,
    },
  );
}
