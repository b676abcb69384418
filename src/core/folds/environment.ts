/** The row of an environment: what is live, how it came there, and what keeps it closed. */
import type { JournalEvent } from '../events.ts';
import type { Read } from './read.ts';
import type { EnvironmentRow } from '../views.ts';

function blankEnvironment(environment: string): EnvironmentRow {
  return { environment, live: null, trail: [], open: null, attention: null, frozen: [] };
}

export const environmentOf = (event: JournalEvent, read: Read): EnvironmentRow =>
  (read('environments', event.environment) as EnvironmentRow | undefined) ?? blankEnvironment(event.environment);

const closedBy = (event: JournalEvent, state: 'stuck' | 'paused', reason: string) => ({
  open: null,
  attention: { deployment: event.deployment ?? '', reason, state },
});

const TRAIL = 50;

/** Going back to a release forgets what came after it, so that going back twice goes back two releases. */
function trailAfter(trail: readonly string[], release: string): readonly string[] {
  const known = trail.indexOf(release);
  return known >= 0 ? trail.slice(0, known + 1) : [...trail, release].slice(-TRAIL);
}

export function environmentChange(event: JournalEvent, row: EnvironmentRow): Partial<EnvironmentRow> | null {
  switch (event.kind) {
    case 'deployment.opened':
    case 'deployment.resumed':
    case 'attention.resolved':
      return { open: event.deployment, attention: null };
    case 'deployment.committed': {
      const { release, live } = event.data;
      return {
        live: { release: release.id, deployment: release.deployment, at: event.at, refs: live, source: release.source },
        trail: trailAfter(row.trail, release.id),
        frozen: row.frozen.filter((one) => one.commit !== release.source.commit),
      };
    }
    case 'deployment.paused':
      return closedBy(event, 'paused', event.data.reason);
    case 'attention.raised':
      return closedBy(event, 'stuck', event.data.reason);
    case 'deployment.closed':
      return { open: null };
    case 'drift.found':
      return event.data.accepted && row.live
        ? {
            live: {
              ...row.live,
              refs: { ...row.live.refs, [event.data.target]: event.data.saw === null ? null : { id: event.data.saw } },
            },
          }
        : null;
    case 'environment.frozen':
      return {
        frozen: [
          { commit: event.data.commit, reason: event.data.reason, by: event.actor, at: event.at },
          ...row.frozen.filter((one) => one.commit !== event.data.commit),
        ].slice(0, 20),
      };
    case 'environment.thawed':
      return { frozen: row.frozen.filter((one) => one.commit !== event.data.commit) };
    default:
      return null;
  }
}
