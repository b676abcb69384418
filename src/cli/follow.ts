/** Watches a deployment that another process runs, by its journal, until it has ended or its holder is gone. */
import { Problem } from '../core/errors.ts';
import { readDeployment } from '../core/open.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Outcome } from '../core/state.ts';
import type { DeploymentRow } from '../core/views.ts';
import type { Renderer } from './render/renderer.ts';

const LOOK_EVERY_MS = 300;

export interface Followed {
  /** Ended like this; null when we stopped watching before it ended. */
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  /** Whether the holder took note of the request. */
  readonly accepted: boolean;
  /** The rollback that the holder's watch opened, for a deployment that was committed already. */
  readonly rollback: DeploymentRow | null;
}

export interface Follow {
  readonly environment: string;
  readonly deployment: string;
  /** Enough was seen when the deployment has this outcome, or has taken note of the request; otherwise until the holder lets the lock go. */
  readonly until?: Outcome | 'accepted';
  readonly request?: string;
}

/** @throws Problem DEPLOYMENT_UNKNOWN when the holder died on the way */
export async function follow(runtime: Runtime, renderer: Renderer, ask: Follow): Promise<Followed> {
  const { store, clock, stop } = runtime;
  const { environment, deployment } = ask;
  const holding = await store.leases.read(environment);
  let { n } = await store.head(environment);
  for (;;) {
    const lease = await store.leases.read(environment);
    for (const event of await store.read({ environment, after: n })) {
      n = event.n;
      renderer.notice({ type: 'event', event });
    }
    const now = await result(runtime, ask);
    if (ask.until === 'accepted' ? now.accepted : ask.until !== undefined && now.outcome === ask.until) return now;
    if (!lease?.holder || lease.nonce !== holding?.nonce) return now;
    if (runtime.isAlive(lease.holder) === false || lease.expired === true) throw died(deployment, environment);
    if (stop.gently.aborted) return { ...now, outcome: null };
    await clock.sleep(LOOK_EVERY_MS, stop.gently);
  }
}

async function result(runtime: Runtime, { environment, deployment, request }: Follow): Promise<Followed> {
  const { store } = runtime;
  const state = await readDeployment({ store }, deployment);
  const rows = await store.view('deployments', { environment, limit: 5 });
  const rollback = rows.map((row) => row.row as DeploymentRow).find((row) => row.cause === deployment);
  const accepted = request !== undefined && state.answered.has(request);
  return { outcome: state.outcome, reason: state.reason, accepted, rollback: rollback ?? null };
}

function died(deployment: string, environment: string): Problem {
  return new Problem('DEPLOYMENT_UNKNOWN', `The process that ran ${deployment} ended before it answered`, {
    next: `belay recover --env ${environment}`,
  });
}
