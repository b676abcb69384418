/** The plan of going back as the dialog shows it: item by item, what comes back and what does not. */
import { isProblem } from '../../core/errors.ts';
import type { RollbackPreview as Facts } from '../../core/preview-rollback.ts';
import { short } from '../../core/release.ts';
import type { ReleaseRow, SnapshotRow } from '../../core/views.ts';
import type { RollbackPreview } from '../api/rollback.ts';
import { commitOf } from './commit.ts';

export interface PreviewFacts extends Facts {
  readonly environment: string;
  readonly repository: string | null;
  readonly snapshotRows: readonly SnapshotRow[];
}

type Item = RollbackPreview['items'][number];
const MOST_CANDIDATES = 30;

export function previewOf(facts: PreviewFacts): RollbackPreview {
  const { environment, row, to, plan, repository } = facts;
  const short7 = to ? short(to.source.commit) : null;
  return {
    environment,
    from: row?.live ? { release: row.live.release, commit: commitOf(row.live.source, repository) } : null,
    to: to && { release: to.id, commit: commitOf(to.source, repository) },
    candidates: candidatesOf(facts),
    steps: plan?.steps.map(({ id, title }) => ({ id, title })) ?? [],
    items: itemsOf(facts),
    rollbackClass: liveRelease(facts)?.rollbackClass ?? null,
    rollbackReason: liveRelease(facts)?.rollbackReason ?? null,
    snapshots: snapshotsOf(facts),
    expectedMs: plan?.expectedMs ?? null,
    objections: objectionsOf(facts),
    button: short7 === null ? `Roll back ${environment}` : `Roll back ${environment} to ${short7}`,
  };
}

const liveRelease = ({ releases, row }: Facts): ReleaseRow | undefined =>
  releases.find(({ id }) => id === row?.live?.release);

function candidatesOf({ releases, row, repository }: PreviewFacts): RollbackPreview['candidates'] {
  return releases
    .filter(({ id }) => id !== row?.live?.release)
    .slice(0, MOST_CANDIDATES)
    .map((release) => ({
      release: release.id,
      commit: commitOf(release.source, repository),
      at: release.at,
      kept: release.prunedAt === null,
    }));
}

function itemsOf(facts: PreviewFacts): Item[] {
  const { to, plan, data } = facts;
  if (!to || !plan) return [];
  const code = Object.entries(plan.before).map(([target, live]): Item => {
    const ref = to.refs[target];
    if (!ref) return { what: `code on ${target}`, how: 'unknown', detail: `${to.id} never ran on ${target}` };
    const detail = ref.id === live?.id ? 'the same as now' : `${live?.id ?? 'nothing'} → ${ref.id}`;
    return { what: `code on ${target}`, how: 'returns', detail };
  });
  const restored = Object.keys(plan.restores).length > 0;
  const held = Object.keys(data?.snapshots ?? {}).length > 0 || (data?.changing.length ?? 0) > 0;
  return [...code, ...(held ? [dataItem(facts, restored)] : []), schemaItem(facts, restored), FREEZE];
}

const FREEZE: Item = {
  what: 'the commit that is left',
  how: 'stays',
  detail: 'frozen: it is not deployed again unless somebody says so',
};

function dataItem({ plan, data, atStake }: PreviewFacts, restored: boolean): Item {
  const lost = atStake.map(
    ({ target, writes }) => `${target}: ${writes ? `${writes.count} ${writes.unit}` : 'cannot be counted'}`,
  );
  if (restored) {
    const ids = Object.values(plan?.restores ?? {}).join(', ');
    return {
      what: 'data',
      how: 'returns',
      detail: `as in ${ids}; what was written since is lost (${lost.join(', ')})`,
    };
  }
  const detail =
    lost.length > 0 ? `written since the snapshot: ${lost.join(', ')}` : 'there is no snapshot of that time';
  return (data?.changing.length ?? 0) > 0
    ? { what: 'data', how: 'asks', detail }
    : { what: 'data', how: 'stays', detail: 'as it is now; both releases can read it' };
}

function schemaItem(facts: PreviewFacts, restored: boolean): Item {
  const left = liveRelease(facts);
  const what = 'schema';
  if (facts.data && facts.data.crossed.length > 0) {
    return {
      what,
      how: 'unknown',
      detail: `nothing shows that it suits: ${facts.data.crossed.map(({ id }) => id).join(', ')}`,
    };
  }
  if (restored) return { what, how: 'returns', detail: 'with the data' };
  if (left?.rollbackClass === 'code+schema')
    return { what, how: 'returns', detail: 'with the code that it belongs to' };
  return { what, how: 'stays', detail: left?.rollbackReason ?? 'as it is now' };
}

function snapshotsOf({ atStake, snapshotRows }: PreviewFacts): RollbackPreview['snapshots'] {
  return atStake.flatMap(({ target, snapshot, writes }) => {
    const row = snapshotRows.find(({ id }) => id === snapshot);
    if (!row) return [];
    const { at, verifiedAt } = row;
    return [{ id: snapshot, target, at, verifiedAt, writesSince: writes?.count ?? null, unit: writes?.unit ?? null }];
  });
}

function objectionsOf({ objections, isLive, to }: PreviewFacts): RollbackPreview['objections'] {
  const live = isLive && to ? [{ what: `${to.id} is live already`, next: 'choose another release' }] : [];
  const told = objections
    .filter((one) => isProblem(one))
    .map(({ message, why, next }) => ({
      what: why ? `${message}: ${why}` : message,
      next: next ?? '',
    }));
  return [...live, ...told];
}
