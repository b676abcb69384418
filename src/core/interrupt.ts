/** What people ask of a deployment while it runs: abort, pause, or go on without waiting. Answered between steps. */
import type { HolderRequest } from '../stores/store.ts';
import type { NewEvent } from './events.ts';
import type { Action } from './next.ts';
import type { Session } from './session.ts';

const undecided = (session: Session): boolean =>
  session.state.outcome === null && session.state.direction === 'forward' && session.state.plan !== null;

export async function turnBack(session: Session, reason: string, by = session.runtime.actor): Promise<void> {
  session.defer(session.event('direction.decided', { direction: 'backward', reason, by }));
}

/** Ctrl-C, or a cancelled CI job: before the commit the way is back. */
export function interruption(session: Session): Action | null {
  const wanted = session.runtime.stop.gently.aborted && undecided(session);
  return wanted ? { do: 'turn-back', reason: `interrupted by ${session.runtime.actor}` } : null;
}

export function accepted(session: Session, { id, kind, by, reason }: HolderRequest): NewEvent {
  return session.event('request.accepted', { id, request: kind, by, reason });
}

export async function answerRequests(session: Session): Promise<void> {
  if (!session.mayBeAsked()) return;
  for (const request of await session.newRequests()) {
    const { kind, by, reason } = request;
    session.defer(accepted(session, request));
    if (!undecided(session)) continue;
    const why = `${by}${reason ? `: ${reason}` : ''}`;
    if (kind === 'abort') await turnBack(session, `aborted by ${why}`, by);
    if (kind === 'pause') await session.append(session.event('deployment.paused', { reason: `paused by ${why}` }));
  }
}

/** The reason to go back when somebody aborts a deployment that is committed already; null for other requests. */
export function turnedOffByRequest(request: HolderRequest | undefined): string | null {
  return request?.kind === 'abort' ? `aborted by ${request.by}${request.reason ? `: ${request.reason}` : ''}` : null;
}
