/**
 * The views that history, status and lists are read from: rows folded from events, written by the store
 * in the transaction of the append. Pure; rebuilding them from the journal gives the same rows.
 */
import type { ViewName, ViewRow, Views } from '../stores/store.ts';
import type { DeploymentKind, JournalEvent, NewEvent } from './events.ts';
import { deploymentChange, openedRow } from './folds/deployment.ts';
import { environmentChange, environmentOf } from './folds/environment.ts';
import { releaseRow, snapshotRow } from './folds/kept.ts';
import type { Read } from './folds/read.ts';
import type { LiveRefs, Release, RollbackClass, Source } from './release.ts';
import type { Outcome } from './state.ts';

export interface EnvironmentRow {
  readonly environment: string;
  readonly live: {
    readonly release: string;
    readonly deployment: string;
    readonly at: string;
    readonly refs: LiveRefs;
    readonly source: Source;
  } | null;
  /** Releases that were live, oldest first, without those that were rolled back: the last but one is the way back. */
  readonly trail: readonly string[];
  /** The deployment under way, or one that a dead holder left. */
  readonly open: string | null;
  /** `paused` or `stuck` deployments keep the environment closed. */
  readonly attention: {
    readonly deployment: string;
    readonly reason: string;
    readonly state: 'stuck' | 'paused';
  } | null;
  readonly frozen: readonly {
    readonly commit: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  }[];
}

export interface DeploymentRow {
  readonly id: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly release: string;
  readonly source: Source;
  readonly strategy: string;
  readonly actor: string;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly outcome: Outcome | null;
  /** What ended it as it did, or why it was started. */
  readonly reason: string | null;
  readonly cause: string | null;
  readonly rollbackClass: RollbackClass | null;
  /** Sum of the time that its steps took, by kind, in milliseconds. */
  readonly stepMs: Readonly<Record<string, number>>;
}

export interface ReleaseRow extends Release {
  readonly at: string;
  readonly actor: string;
  /** Null while its artefacts are kept. */
  readonly prunedAt: string | null;
}

export interface SnapshotRow {
  readonly id: string;
  readonly environment: string;
  readonly target: string;
  readonly deployment: string | null;
  readonly at: string;
  readonly facts: unknown;
  readonly verifiedAt: string | null;
  readonly restoredAt: string | null;
  readonly prunedAt: string | null;
}

function project(event: JournalEvent, read: Read): readonly ViewRow[] {
  const rows: ViewRow[] = [];
  const put = (view: ViewName, key: string, sort: string, row: unknown) =>
    rows.push({ view, environment: event.environment, key, sort, row });
  const environment = environmentOf(event, read);
  const changed = environmentChange(event, environment);
  if (changed) put('environments', event.environment, event.environment, { ...environment, ...changed });
  if (event.deployment !== null) {
    const row =
      event.kind === 'deployment.opened'
        ? openedRow(event)
        : (read('deployments', event.deployment) as DeploymentRow | undefined);
    const change = row && (event.kind === 'deployment.opened' ? {} : deploymentChange(event, row));
    if (row && change) put('deployments', row.id, `${row.openedAt} ${row.id}`, { ...row, ...change });
  }
  const release = releaseRow(event, read);
  if (release) put('releases', release.id, `${release.at} ${release.id}`, release);
  const snapshot = snapshotRow(event, read);
  if (snapshot) put('snapshots', snapshot.id, `${snapshot.at} ${snapshot.id}`, snapshot);
  return rows;
}

function keys(event: NewEvent, environment: string): readonly (readonly [ViewName, string])[] {
  const needed: [ViewName, string][] = [['environments', environment]];
  if (event.deployment !== null) needed.push(['deployments', event.deployment]);
  if (event.kind === 'deployment.committed') needed.push(['releases', event.data.release.id]);
  if (event.kind === 'release.pruned') needed.push(['releases', event.data.release]);
  if (event.kind.startsWith('snapshot.')) needed.push(['snapshots', (event.data as { snapshot: string }).snapshot]);
  if (event.kind === 'step.done' && event.data.step.startsWith('snapshot:')) {
    const receipt = event.data.receipt as { id?: string } | null;
    if (receipt?.id) needed.push(['snapshots', receipt.id]);
  }
  return needed;
}

/** Handed to every store when it is opened. The version is raised with every change of a row or a fold. */
export const VIEWS: Views = { version: 1, keys, project };
