/** Events and deployments as lines: for people, as JSON, and as CSV that a spreadsheet cannot be tricked with. */
import type { JournalEvent } from '../../core/events.ts';
import { short } from '../../core/release.ts';
import type { DeploymentRow, ReleaseRow } from '../../core/views.ts';
import { describeEvent } from './describe.ts';
import { clip } from './grid.ts';
import { plainText, type Style } from './shape.ts';
import { exact } from './time.ts';

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

/** What happened, in a few words. */
export function eventDetail(event: JournalEvent): string {
  switch (event.kind) {
    case 'deployment.opened':
      return `${event.data.kind} of ${short(event.data.source.commit)} as ${event.data.release}`;
    case 'deployment.planned':
      return `${event.data.plan.steps.length} steps, rollback: ${event.data.plan.rollbackClass}`;
    case 'deployment.committed':
      return `${event.data.release.id} is live`;
    case 'deployment.closed':
      return event.data.outcome;
    case 'step.intended':
    case 'step.absent':
    case 'undo.intended':
      return event.data.step;
    case 'deployment.rolled-back':
    case 'deployment.refused':
    case 'deployment.paused':
    case 'deployment.resumed':
    case 'attention.resolved':
    case 'lease.held':
      return event.data.reason;
    default: {
      const line = describeEvent(event);
      return line ? `${line.label} ${line.text}`.trim() : '';
    }
  }
}

/** `2026-11-21 09:42:31Z  mia  deployment.committed  d-cgxi62s8  …`, cut at the right edge. */
export function eventLine(
  style: Style & { readonly columns: number },
  event: JournalEvent,
  withEnvironment: boolean,
): string {
  const { at, actor, kind, deployment, environment } = event;
  const detail = eventDetail(event).replaceAll(/ +/g, ' ');
  const parts = [exact(at), actor, withEnvironment ? environment : '', kind, deployment ?? '', detail];
  return clip(style, plainText(style, parts.filter(Boolean).join('  ')), style.columns);
}
