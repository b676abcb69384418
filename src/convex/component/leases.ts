/** The lease: a row, a token that only rises, and expiry by the server's clock, which all holders share. */
import { v } from 'convex/values';
import type { Holder, LeaseRecord } from '../../stores/store.ts';
import { type AcquireRequest, isOurs, mayTake } from '../../stores/lease-rules.ts';
import { chainOf } from './chains.ts';
import { type Document, internalMutation, internalQuery, type Reading } from './functions.ts';

const fence = { environment: v.string(), token: v.number(), nonce: v.string() };
type Fence = { readonly environment: string; readonly token: number; readonly nonce: string };

function rowOf(ctx: Reading, environment: string): Promise<Document<'leases'> | null> {
  return ctx.db
    .query('leases')
    .withIndex('by_environment', (q) => q.eq('environment', environment))
    .unique();
}

function toRecord(row: Document<'leases'>): LeaseRecord {
  return {
    environment: row.environment,
    token: row.token,
    nonce: row.nonce,
    holder: row.holder === null ? null : (JSON.parse(row.holder) as Holder),
    renewSeq: row.renewSeq,
    acquiredAt: new Date(row.acquiredAt).toISOString(),
    renewedAt: new Date(row.renewedAt).toISOString(),
    ttlMs: row.ttlMs,
    expired: row.holder !== null && Date.now() > row.renewedAt + row.ttlMs,
  };
}

/** Null when the lease is not theirs. By equality, never by time. */
export async function heldBy(ctx: Reading, { environment, token, nonce }: Fence): Promise<Document<'leases'> | null> {
  const row = await rowOf(ctx, environment);
  return row !== null && row.holder !== null && row.token === token && row.nonce === nonce ? row : null;
}

/** Convex may answer a query from memory for some seconds: its `expired` is for people, `acquire` judges anew. */
export const read = internalQuery({
  args: { environment: v.string() },
  handler: async (ctx, { environment }) => {
    const row = await rowOf(ctx, environment);
    return row && toRecord(row);
  },
});

export const acquire = internalMutation({
  args: {
    environment: v.string(),
    /** JSON. */
    holder: v.string(),
    nonce: v.string(),
    ttlMs: v.number(),
    depose: v.optional(v.object({ token: v.number(), nonce: v.string(), renewSeq: v.number() })),
  },
  handler: async (ctx, { environment, holder, nonce, ttlMs, depose }) => {
    const row = await rowOf(ctx, environment);
    const lease = row && toRecord(row);
    const request: AcquireRequest = { holder: JSON.parse(holder) as Holder, nonce, ttlMs, ...(depose && { depose }) };
    const { n, hash } = await chainOf(ctx, environment);
    const granted = (token: number, former: LeaseRecord | null) => {
      return { granted: true as const, fence: { environment, token, nonce }, former, head: { n, hash } };
    };
    if (row && lease && isOurs(lease, request)) {
      return granted(row.token, row.former === null ? null : (JSON.parse(row.former) as LeaseRecord));
    }
    if (lease && !mayTake(lease, request)) return { granted: false as const, lease };
    const former = lease?.holder ? lease : null;
    const now = Date.now();
    const taken = {
      environment,
      token: (row?.token ?? 0) + 1,
      nonce,
      holder,
      renewSeq: 0,
      acquiredAt: now,
      renewedAt: now,
      ttlMs,
      former: former && JSON.stringify(former),
    };
    if (row) await ctx.db.replace('leases', row._id, taken);
    else await ctx.db.insert('leases', taken);
    return granted(taken.token, former);
  },
});

export const renew = internalMutation({
  args: fence,
  handler: async (ctx, args) => {
    const row = await heldBy(ctx, args);
    if (row === null) return false;
    await ctx.db.patch('leases', row._id, { renewSeq: row.renewSeq + 1, renewedAt: Date.now() });
    return true;
  },
});

export const release = internalMutation({
  args: fence,
  handler: async (ctx, args) => {
    const row = await heldBy(ctx, args);
    if (row) await ctx.db.patch('leases', row._id, { holder: null, former: null });
    return null;
  },
});
