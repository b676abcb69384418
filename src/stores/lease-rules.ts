/** When a lease may be taken; the same in every store. */
import type { LeaseRecord, Leases } from './store.ts';

export type AcquireRequest = Parameters<Leases['acquire']>[1];

/** True for a repeated call whose answer was lost: the lease is the caller's already. */
export function isOurs(lease: LeaseRecord, request: AcquireRequest): boolean {
  return lease.holder !== null && lease.nonce === request.nonce;
}

/** Free, expired by the store's own clock, or exactly at the heartbeat that the caller watched standing still. */
export function mayTake(lease: LeaseRecord, request: AcquireRequest): boolean {
  const { depose } = request;
  if (lease.holder === null || lease.expired === true) return true;
  return lease.token === depose?.token && lease.nonce === depose.nonce && lease.renewSeq === depose.renewSeq;
}

/** A look without any lock: many who wait must not slow down the one who holds. */
export function isRefusedAtOnce(lease: LeaseRecord | null, request: AcquireRequest): lease is LeaseRecord {
  return lease !== null && !isOurs(lease, request) && !mayTake(lease, request);
}
