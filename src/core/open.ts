/** Opening a session: the lease, a healthy journal, and whatever a dead holder left, finished or undone first. */
import { describeError, Problem } from './errors.ts';
import { JOURNAL_FORMAT } from './events.ts';
import { acquireLease, describeHolder } from './lease.ts';
import { planHash } from './plan.ts';
import type { Environment, Runtime } from './runtime.ts';
import { Session } from './session.ts';
import { foldDeployment, type DeploymentState, type Outcome } from './state.ts';
import type { EnvironmentRow } from './views.ts';
import { execute } from './execute.ts';

export async function environmentRow(runtime: Runtime, environment: string): Promise<EnvironmentRow | null> {
  const [row] = await runtime.store.view('environments', { key: environment, environment, limit: 1 });
  return (row?.row as EnvironmentRow | undefined) ?? null;
}

/** @throws Problem DEPLOYMENT_UNKNOWN, FORMAT_NEWER */
export async function readDeployment(runtime: Pick<Runtime, 'store'>, id: string): Promise<DeploymentState> {
  const state = foldDeployment(await runtime.store.read({ deployment: id }));
  if (!state) throw new Problem('DEPLOYMENT_UNKNOWN', `There is no deployment ${id}`, { next: 'belay history' });
  if (state.format > JOURNAL_FORMAT) {
    throw new Problem('FORMAT_NEWER', `Deployment ${id} was written by a newer version of belay`, {
      why: `its journal has format ${state.format}, this version reads up to ${JOURNAL_FORMAT}`,
      next: 'npm install --global belayctl@latest',
    });
  }
  return state;
}

/**
 * A restored backup, or a fail-over that lost the last writes, would have us repeat or forget what was done:
 * the chain must still hold the event that this machine saw last (G21).
 */
async function requireSameStore({ store, seen }: Runtime, { name }: Environment): Promise<void> {
  const last = seen?.read(name);
  if (!seen || !last || last.n === 0) return;
  const [event] = await store.read({ environment: name, after: last.n - 1, limit: 1 });
  if (event?.hash === last.hash) return;
  throw new Problem('STORE_WENT_BACK', `The journal of ${name} is not the one that this machine has seen`, {
    why: `event ${last.n} is ${event ? 'another one' : 'gone'}: a backup was restored, or a fail-over lost writes`,
    next: `compare belay history with what is live (belay status); then remove ${seen.where} and deploy again`,
  });
}

/** Takes the lease, and records it when it was taken from somebody. */
export async function openSession(runtime: Runtime, environment: Environment): Promise<Session> {
  await requireSameStore(runtime, environment);
  const granted = await acquireLease(runtime, environment.name, environment.lease);
  const heartbeat = runtime.startHeartbeat(granted.fence, environment.lease.ttlMs, granted.takenAt);
  const session = new Session({ runtime, environment, fence: granted.fence, heartbeat, takenAt: granted.takenAt });
  const { former } = granted;
  if (former) {
    const data = { from: describeHolder(former), nonce: former.nonce, silentMs: null };
    await session.append(session.event('lease.taken-over', data, null));
  }
  return session;
}

export interface Recovered {
  readonly deployment: string;
  readonly outcome: Outcome;
}

/**
 * Finishes or undoes the deployment that was under way when its holder ended: forward when its commit is
 * recorded, backward before that, unless a person has decided otherwise. The plan comes from the journal, so the
 * way back needs nothing else.
 * @param onward why a person wants it to go forward; null: nobody does
 */
export async function recoverOpen(session: Session, onward: string | null = null): Promise<Recovered | null> {
  const row = await environmentRow(session.runtime, session.environment.name);
  if (row?.open == null) return null;
  const state = await readDeployment(session.runtime, row.open);
  if (state.plan && state.planHash !== planHash(state.plan)) {
    throw new Problem('AUDIT_BROKEN', `The plan of ${state.id} was changed after it was recorded`, {
      next: 'belay audit verify',
    });
  }
  session.adopt(state);
  if (state.outcome === null && state.direction === 'forward' && state.plan) {
    const reason = onward ?? 'its process ended before the commit';
    const direction = onward === null ? 'backward' : 'forward';
    session.defer(session.event('direction.decided', { direction, reason, by: session.runtime.actor }));
  }
  if (state.outcome === null && state.plan === null) {
    session.defer(session.event('deployment.refused', { reason: 'its process ended before anything was changed' }));
  }
  const outcome = await execute(session);
  session.adopt(null);
  return { deployment: state.id, outcome };
}

/** @throws Problem ATTENTION or PAUSED when the environment waits for a person. */
export function requireOpenEnvironment(row: EnvironmentRow | null, environment: string): void {
  const attention = row?.attention;
  if (!attention) return;
  if (attention.state === 'paused') {
    throw new Problem('PAUSED', `${environment} has a paused deployment`, {
      why: attention.reason,
      next: `belay resume --env ${environment}   or   belay abort --env ${environment}`,
    });
  }
  throw new Problem('ATTENTION', `${environment} needs a person`, {
    why: attention.reason,
    next: `belay show ${attention.deployment}   then   belay recover --env ${environment}`,
  });
}

/** Closes the session whatever happens; a failure to release never hides the error on its way. */
export async function withSession<T>(
  runtime: Runtime,
  environment: Environment,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(runtime, environment);
  try {
    return await work(session);
  } finally {
    await session.close().catch((error: unknown) => {
      runtime.emit({
        type: 'note',
        text: `the lock was not released, so its term must end first: ${describeError(error)}`,
      });
    });
  }
}
