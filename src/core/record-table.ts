/** Events and deployments as rows of a table, and as CSV that a spreadsheet cannot be tricked with. */
import { eventDetail } from './event-words.ts';
import type { JournalEvent } from './events.ts';
import type { DeploymentRow, ReleaseRow } from './views.ts';

/** Quoted where needed; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells
    .map((cell) => {
      const text = cell === null ? '' : String(cell);
      const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}

export const EVENT_COLUMNS = [
  'timestamp',
  'environment',
  'n',
  'event',
  'by',
  'deployment',
  'detail',
  'data',
  'hash',
] as const;

export function eventCells(event: JournalEvent): readonly (string | number | null)[] {
  const { at, environment, n, kind, actor, deployment, data, hash } = event;
  return [at, environment, n, kind, actor, deployment, eventDetail(event), JSON.stringify(data), hash];
}

export const DEPLOYMENT_COLUMNS = [
  'timestamp',
  'environment',
  'deployed_by',
  'commit',
  'release',
  'outcome',
  'kind',
  'deployment',
  'reason',
  'ended',
  'artefacts',
] as const;

export function deploymentCells(row: DeploymentRow, release: ReleaseRow | undefined): readonly (string | null)[] {
  const artefacts = Object.entries(release?.refs ?? {}).map(([target, ref]) => `${target}=${ref.id}`);
  const { openedAt, environment, actor, source, outcome, kind, id, reason, endedAt } = row;
  return [
    openedAt,
    environment,
    actor,
    source.commit,
    row.release,
    outcome ?? 'open',
    kind,
    id,
    reason,
    endedAt,
    artefacts.join(' '),
  ];
}
