/** What comes next for a deployment: the command, and what this person may ask of it from here. */
import type { DeploymentState } from '../../core/state.ts';
import type { DeploymentRow, EnvironmentRow } from '../../core/views.ts';
import type { Role } from '../api/vocabulary.ts';
import type { DeploymentDetail } from '../api/deployments.ts';
import { mayAct } from '../auth/roles.ts';

export function nextOf({ outcome, environment }: Pick<DeploymentRow, 'outcome' | 'environment'>): string {
  switch (outcome) {
    case null:
      return `belay status --env ${environment}; if nobody works on it any more: belay recover --env ${environment}`;
    case 'stuck':
      return `belay recover --env ${environment}`;
    case 'paused':
      return `belay resume --env ${environment}, or belay abort --env ${environment}`;
    case 'refused':
      return `belay plan --env ${environment}`;
    case 'rolled-back':
      return 'fix it, commit, and deploy again';
    case 'committed':
      return `belay status --env ${environment}`;
  }
}

export interface Standing {
  readonly row: DeploymentRow;
  readonly state: DeploymentState;
  readonly environment: EnvironmentRow | null;
  /** Somebody holds the lock: whoever is asked will answer. */
  readonly held: boolean;
  readonly readOnly: boolean;
}

/** A request needs somebody who answers it; going back needs something to go back to. */
export function mayAsk({ row, state, environment, held, readOnly }: Standing, role: Role): DeploymentDetail['may'] {
  if (readOnly || !mayAct(role, 'operator')) return [];
  const isLive = environment?.live?.deployment === row.id && environment.live.release === row.release;
  const back: DeploymentDetail['may'] = isLive && (environment?.trail.length ?? 0) > 1 ? ['rollback'] : [];
  if (row.outcome === 'paused') return ['resume', 'abort'];
  if (!held) return row.outcome === null ? ['abort'] : back;
  if (row.outcome !== null) return back;
  if (state.direction === 'backward') return [];
  const canary = state.plan?.canary ? (['resume', 'advance', 'promote'] as const) : [];
  return ['abort', 'pause', ...canary];
}
