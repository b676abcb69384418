/** What a person asks of a deployment: of its holder where one lives, else done here by the core. */
import { askHolder } from '../../core/control.ts';
import { findDeployment } from '../../core/history.ts';
import { recover } from '../../core/recover.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { HolderRequestBody } from '../api/deployments.ts';
import { actorOf, type Identity } from '../auth/identity.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import { requireActing } from './roll-back.ts';

/** @returns the id of the request; of the deployment where there was nobody to ask, and it is gone on with here */
export async function askDeployment(
  parts: ServerParts,
  id: string,
  { kind, reason }: HolderRequestBody,
  who: Identity,
): Promise<{ request: string }> {
  const acting = requireActing(parts);
  const { store } = parts;
  const deployment = await findDeployment(store, id);
  const { environment: name } = deployment;
  const row = await readEnvironmentRow(store, name);
  const current = row?.open ?? row?.attention?.deployment ?? row?.live?.deployment;
  if (current !== deployment.id) {
    throw new Refusal(409, 'ENDED', `${deployment.id} has ended: nothing was asked`, {
      why: `it is ${deployment.outcome ?? 'open'}${current ? `; ${current} came after it` : ''}`,
      next: `belay show ${deployment.id}`,
    });
  }
  const runtime = acting.runtime(actorOf(who), `${kind} by ${who.name}`, () => undefined);
  const lease = await store.leases.read(name);
  const held = lease?.holder && lease.expired !== true && runtime.isAlive(lease.holder) !== false;
  const verdict = kind === 'abort' ? 'backward' : kind === 'resume' ? 'retry' : null;
  if (held || verdict === null || (!row?.open && !row?.attention)) {
    return { request: (await askHolder(runtime, name, kind, reason)).request };
  }
  const environment = await acting.environment(name);
  acting.background(recover(runtime, environment, verdict, reason).then(() => undefined));
  return { request: deployment.id };
}
