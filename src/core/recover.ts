/** `belay recover`, `resume` and `abort` on a deployment that no process works on. */
import { Problem } from './errors.ts';
import { execute } from './execute.ts';
import { environmentRow, readDeployment, recoverOpen, type Recovered, withSession } from './open.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** What to do with a deployment that is paused or needs a person. */
export type Verdict = 'retry' | 'forward' | 'backward' | 'accept';

/**
 * Goes on with what is left, whoever left it. `retry` tries again in the recorded direction, `forward` and
 * `backward` overrule it before the commit, `accept` records that a person has put things right by hand.
 * Null when there is nothing to recover.
 */
export function recover(
  runtime: Runtime,
  environment: Environment,
  verdict: Verdict,
  reason: string,
): Promise<Recovered | null> {
  return withSession(runtime, environment, async (session) => {
    const row = await environmentRow(runtime, environment.name);
    if (row?.open != null) return recoverOpen(session, verdict === 'forward' ? reason : null);
    if (!row?.attention) return null;
    session.adopt(await readDeployment(runtime, row.attention.deployment));
    await reopen(session, verdict, reason);
    return { deployment: session.state.id, outcome: await execute(session) };
  });
}

async function reopen(session: Session, verdict: Verdict, reason: string): Promise<void> {
  const { state, runtime } = session;
  const turning = verdict === 'forward' || verdict === 'backward';
  if (turning && state.outcome === 'committed') {
    throw new Problem('USAGE', `${state.id} is committed: the way back from it is a rollback`, {
      next: 'belay rollback',
    });
  }
  const undone = [...state.steps.values()].some((step) => step.phase === 'undone');
  if (verdict === 'forward' && undone) {
    throw new Problem('USAGE', `${state.id} is partly undone, so it cannot go forward`, {
      next: 'belay recover, then deploy again',
    });
  }
  session.defer(
    state.outcome === 'paused'
      ? session.event('deployment.resumed', { reason })
      : session.event('attention.resolved', { reason }),
  );
  if (turning && verdict !== state.direction) {
    session.defer(session.event('direction.decided', { direction: verdict, reason, by: runtime.actor }));
  }
  if (verdict === 'accept') {
    session.defer(session.event('deployment.closed', { outcome: state.outcome ?? 'stuck', leftovers: [] }));
  }
  await session.append();
}
