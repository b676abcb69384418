/** The lock in a person's hands: held for a reason, or taken from a holder that is certainly dead. */
import { Problem } from './errors.ts';
import { describeHolder } from './lease.ts';
import type { Runtime } from './runtime.ts';
import type { LeaseRecord } from '../stores/store.ts';

/** A heartbeat younger than this is a living holder. */
const FRESH_MS = 30_000;

/** How long the holder has been silent by the wall clocks of store and reader: for people, never for safety. */
export function silenceOf(lease: LeaseRecord, wall: Date): number {
  return Math.max(0, wall.getTime() - Date.parse(lease.renewedAt));
}

/**
 * Takes the lease from exactly the holder whose nonce is given, raises the token, journals it and lets it
 * go. What that holder left open is recovered by the next deployment, never forgotten.
 * @throws Problem LOCK_MISMATCH when another lock is in force than the one that was shown
 */
export async function forceRelease(
  runtime: Runtime,
  environment: string,
  force: { nonce: string; reason: string; certainlyDead: boolean },
): Promise<{ from: string }> {
  const { store } = runtime;
  const lease = await store.leases.read(environment);
  if (!lease?.holder) {
    throw new Problem('LOCK_MISMATCH', `${environment} is not locked`, {
      next: `belay lock status --env ${environment}`,
    });
  }
  if (lease.nonce !== force.nonce) {
    throw new Problem('LOCK_MISMATCH', `The lock of ${environment} is another one than ${force.nonce}`, {
      why: `it is held by ${describeHolder(lease)}`,
      next: `belay lock status --env ${environment}`,
    });
  }
  const dead = runtime.isAlive(lease.holder) === false || lease.expired === true;
  if (!dead && !force.certainlyDead && silenceOf(lease, runtime.clock.wall()) < FRESH_MS) {
    throw new Problem('LOCK_HELD', `The holder is alive: ${describeHolder(lease)}`, {
      why: `its last heartbeat was ${lease.renewedAt}`,
      next: `belay abort --env ${environment}   asks it to stop and go back`,
    });
  }
  const { token, nonce, renewSeq } = lease;
  const request = {
    holder: runtime.holder,
    nonce: runtime.newId(),
    ttlMs: lease.ttlMs,
    depose: { token, nonce, renewSeq },
  };
  const answer = await store.leases.acquire(environment, request);
  if (!answer.granted) {
    throw new Problem('LOCK_HELD', `The holder has just renewed: ${describeHolder(answer.lease)}`, {
      next: `belay lock status --env ${environment}`,
    });
  }
  const from = describeHolder(lease);
  await store.append(answer.fence, [
    {
      id: runtime.newId(),
      kind: 'lease.forced',
      deployment: null,
      actor: runtime.actor,
      at: runtime.clock.wall().toISOString(),
      data: { from, nonce, reason: force.reason },
    },
  ]);
  await store.leases.release(answer.fence);
  return { from };
}
