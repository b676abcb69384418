/** What one process can ask of a deployment that another one runs. */
import type { HolderRequest } from '../stores/store.ts';
import { Problem } from './errors.ts';
import { environmentRow } from './open.ts';
import type { Runtime } from './runtime.ts';

/** Leaves the request for the holder, who answers at its next safe point. @throws Problem when nothing is running */
export async function askHolder(
  runtime: Runtime,
  environment: string,
  kind: HolderRequest['kind'],
  reason: string,
): Promise<{ deployment: string; request: string }> {
  const lease = await runtime.store.leases.read(environment);
  const row = await environmentRow(runtime, environment);
  // While it watches over the bake time, a committed deployment is no longer open, but its holder still listens.
  const deployment = row?.open ?? (lease?.holder ? row?.live?.deployment : undefined);
  if (!deployment || !lease?.holder) {
    throw new Problem('DEPLOYMENT_UNKNOWN', `No deployment of ${environment} is running`, {
      next: row?.open || row?.attention ? `belay recover --env ${environment}` : `belay status --env ${environment}`,
    });
  }
  const request = runtime.newId();
  await runtime.store.ask({ id: request, environment, deployment, kind, by: runtime.actor, reason });
  return { deployment, request };
}
