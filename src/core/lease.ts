/**
 * Taking the environment's lock (reference: lock protocol). The store decides who has it; here is
 * decided when a holder may be deposed, how long to wait, and whether there is time for an effect.
 */
import type { Acquired, LeaseRecord } from '../stores/store.ts';
import { Problem } from './errors.ts';
import type { Heartbeat, Runtime } from './runtime.ts';

/** An effect starts only with this much of the lease left: the longest a request may take to be sent and answered. */
export const EFFECT_MARGIN_MS = 12_000;
/** How long after a renewal that was not answered the next is sent. */
const RENEW_RETRY_MS = 500;
/** How often a waiting challenger looks at the holder's heartbeat. */
const LOOK_EVERY_MS = 1_000;

export type Granted = Extract<Acquired, { granted: true }>;

/** Follows a holder's heartbeat on our own clock; two machines' clocks are never compared. */
class Watch {
  #seen: LeaseRecord | null = null;
  #since = 0;

  /** How long this exact heartbeat has stood still before our eyes. */
  silence(lease: LeaseRecord, now: number): number {
    const same = this.#seen?.nonce === lease.nonce && this.#seen.renewSeq === lease.renewSeq;
    if (!same) {
      this.#seen = lease;
      this.#since = now;
    }
    return now - this.#since;
  }
}

export function describeHolder(lease: LeaseRecord): string {
  const { holder } = lease;
  if (!holder) return 'nobody';
  const what = holder.deployment ? `deployment ${holder.deployment}` : (holder.reason ?? 'no reason given');
  return `${holder.user} on ${holder.host} (pid ${holder.pid}) since ${lease.acquiredAt}: ${what}`;
}

function heldProblem(environment: string, lease: LeaseRecord, waitedMs: number): Problem {
  const waited = waitedMs > 0 ? `; waited ${Math.round(waitedMs / 1_000)} s` : '';
  return new Problem('LOCK_HELD', `${environment} is locked by ${describeHolder(lease)}`, {
    why: `last heartbeat ${lease.renewedAt}${waited}${lease.holder?.ci ? ` · ${lease.holder.ci}` : ''}`,
    next: `belay lock status --env ${environment}`,
    retry: 'later',
  });
}

/**
 * Takes the lease, waiting up to `waitMs` for a living holder. A holder whose process is gone from this
 * host is deposed at once; one elsewhere after its heartbeat stood still for its whole term.
 * @throws Problem LOCK_HELD with who, since when and why.
 */
export async function acquireLease(
  runtime: Runtime,
  environment: string,
  ask: { ttlMs: number; waitMs: number },
): Promise<Granted & { takenAt: number }> {
  const { store, clock } = runtime;
  const watch = new Watch();
  const started = clock.now();
  const nonce = runtime.newId();
  let depose: LeaseRecord | undefined;
  for (;;) {
    const takenAt = clock.now();
    const answer = await store.leases.acquire(environment, {
      holder: runtime.holder,
      nonce,
      ttlMs: ask.ttlMs,
      ...(depose ? { depose: { token: depose.token, nonce: depose.nonce, renewSeq: depose.renewSeq } } : {}),
    });
    if (answer.granted) return { ...answer, takenAt };
    const now = clock.now();
    const { lease } = answer;
    const silent = watch.silence(lease, now);
    const dead = lease.holder !== null && runtime.isAlive(lease.holder) === false;
    depose = dead || (lease.expired === null && silent >= lease.ttlMs) ? lease : undefined;
    if (depose) continue;
    if (now - started >= ask.waitMs) throw heldProblem(environment, lease, now - started);
    runtime.emit({ type: 'waiting', lease, waitedMs: now - started });
    await clock.sleep(Math.min(LOOK_EVERY_MS, ask.waitMs - (now - started)), runtime.stop.gently);
    if (runtime.stop.gently.aborted) throw heldProblem(environment, lease, now - started);
  }
}

/**
 * Called before every effect: returns only when enough of the lease is left for one. A store that is away for a
 * moment is asked again while the lease is still ours.
 * @throws Problem FENCED when somebody else has it, LEASE_EXPIRING when it cannot be renewed in time.
 */
export async function ensureTimeForEffect(runtime: Runtime, heartbeat: Heartbeat): Promise<void> {
  const { clock, stop } = runtime;
  const enough = () => heartbeat.deadline() - clock.now() >= EFFECT_MARGIN_MS;
  while (!enough()) {
    const before = heartbeat.deadline();
    if (!(await heartbeat.renew())) throw fenced();
    if (enough()) return;
    const renewed = heartbeat.deadline() > before;
    if (renewed || stop.now.aborted || clock.now() + RENEW_RETRY_MS >= before) throw expiring();
    await clock.sleep(RENEW_RETRY_MS, stop.now);
  }
}

/**
 * Called for every single request of a step: a later one must not outlive the lease that the first was sent under (G14).
 * @throws Problem LEASE_EXPIRING
 */
export function requireLease(runtime: Runtime, heartbeat: Heartbeat): void {
  if (heartbeat.deadline() <= runtime.clock.now()) throw expiring();
}

function expiring(): Problem {
  return new Problem('LEASE_EXPIRING', 'The lock could not be renewed in time, so nothing more was started', {
    next: 'belay recover',
    retry: 'later',
  });
}

export function fenced(): Problem {
  return new Problem('FENCED', 'Another process took the lock over; this one stopped without doing anything more', {
    next: 'belay status',
  });
}
