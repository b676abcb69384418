/** An environment on the overview: what is live, what is happening, what keeps it closed, where it could go back to. */
import type { EventData } from '../../core/events.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { DeploymentState } from '../../core/state.ts';
import type { DeploymentRow, EnvironmentRow, ReleaseRow, SnapshotRow } from '../../core/views.ts';
import type { LeaseRecord } from '../../stores/store.ts';
import type { EnvironmentCard, Health, TargetCell } from '../api/overview.ts';
import { commitOf } from './commit.ts';

export interface CardFacts {
  readonly name: string;
  /** By the configuration; null: only the journal still knows it. */
  readonly targets: readonly { readonly name: string; readonly kind: string }[] | null;
  readonly row: EnvironmentRow | null;
  readonly lease: LeaseRecord | null;
  /** The deployment under way. */
  readonly open: { readonly row: DeploymentRow; readonly state: DeploymentState } | null;
  readonly measured: EventData['analysis.measured'] | null;
  /** Of the deployment that made what is live. */
  readonly liveActor: string | null;
  readonly wayBack: ReleaseRow | null;
  readonly liveRelease: ReleaseRow | null;
  readonly last: DeploymentRow | null;
  readonly snapshot: SnapshotRow | null;
  readonly health: Readonly<Record<string, Health>>;
  readonly pending: EnvironmentCard['pending'];
  readonly repository: string | null;
  /** By this machine's clock, in milliseconds since 1970. */
  readonly now: number;
}

/** The configuration does not have it, so there is nothing to ask it with. */
const UNKNOWN: Health = { status: 'not-configured', summary: 'not checked: not in the configuration', at: null };
const UNSEEN: Health = { status: 'inconclusive', summary: 'cannot tell: nobody has looked yet', at: null };

export function cardOf(facts: CardFacts): EnvironmentCard {
  const { name, row, targets, repository, last } = facts;
  return {
    name,
    configured: targets !== null,
    live: row?.live
      ? {
          release: row.live.release,
          deployment: row.live.deployment,
          at: row.live.at,
          actor: facts.liveActor,
          commit: commitOf(row.live.source, repository),
        }
      : null,
    schemaVersion: schemaVersionOf(row),
    rollbackClass: facts.liveRelease?.rollbackClass ?? null,
    targets: cellsOf(facts),
    lock: lockOf(facts),
    frozen: row?.frozen.map((one) => ({ ...one })) ?? [],
    attention: row?.attention ?? null,
    running: runningOf(facts),
    pending: facts.pending,
    wayBack: facts.wayBack && { release: facts.wayBack.id, commit: commitOf(facts.wayBack.source, repository) },
    last:
      last?.outcome && last.endedAt
        ? { deployment: last.id, outcome: last.outcome, at: last.endedAt, reason: last.reason }
        : null,
    snapshot: facts.snapshot && {
      id: facts.snapshot.id,
      at: facts.snapshot.at,
      verifiedAt: facts.snapshot.verifiedAt,
    },
  };
}

/** A target that knows the version of its schema has it in what it staged. */
function schemaVersionOf(row: EnvironmentRow | null): string | null {
  const versions = Object.values(row?.live?.refs ?? {}).map((ref) => ref?.['schemaVersion']);
  const known = versions.find((version) => typeof version === 'string');
  return typeof known === 'string' ? known : null;
}

/** Only what a browser may follow without harm. */
function linkOf(ref: ReleaseRef | null | undefined): string | null {
  const { url } = ref ?? {};
  return url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url) ? url : null;
}

function cellsOf({ targets, row, health }: CardFacts): TargetCell[] {
  const refs = row?.live?.refs ?? {};
  const gone = Object.keys(refs).filter((name) => !targets?.some((target) => target.name === name));
  return [...(targets ?? []), ...gone.map((name) => ({ name, kind: null }))].map(({ name, kind }) => ({
    name,
    kind,
    release: refs[name]?.id ?? null,
    url: linkOf(refs[name]),
    health: kind === null ? UNKNOWN : (health[name] ?? UNSEEN),
  }));
}

function lockOf({ lease, now, row }: CardFacts): EnvironmentCard['lock'] {
  if (!lease?.holder) return null;
  const { holder, acquiredAt, renewedAt, expired } = lease;
  return {
    holder: `${holder.user} on ${holder.host}`,
    reason: holder.reason ?? null,
    since: acquiredAt,
    silentMs: Math.max(0, now - Date.parse(renewedAt)),
    expired,
    deployment: holder.deployment ?? row?.open ?? null,
    ci: holder.ci ?? null,
  };
}

function runningOf({ open, measured }: CardFacts): EnvironmentCard['running'] {
  if (!open) return null;
  const { row, state } = open;
  const steps = state.plan?.steps ?? [];
  const phase = (id: string) => state.steps.get(id)?.phase;
  const backward = state.direction === 'backward';
  const ended = steps.filter(({ id }) => phase(id) === 'done' || phase(id) === 'undone');
  const undone = steps.filter(({ id }) => phase(id) === 'undone').length;
  const current = steps.find(({ id }) => ['intended', 'unknown', 'undoing'].includes(phase(id) ?? ''));
  const touched = steps.filter(({ id }) => phase(id) !== undefined).length;
  return {
    deployment: row.id,
    kind: row.kind,
    release: row.release,
    actor: row.actor,
    startedAt: row.openedAt,
    step: current?.id ?? null,
    title: current?.title ?? null,
    done: backward ? undone : ended.length,
    total: backward ? touched : steps.length,
    share: state.plan?.canary ? (measured?.share ?? 0) : null,
    direction: state.direction,
    expectedMs: state.plan?.expectedMs ?? null,
  };
}
