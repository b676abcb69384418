/** What people ask of a running deployment. */
import { v } from 'convex/values';
import { internalMutation, internalQuery } from './functions.ts';

const request = {
  id: v.string(),
  environment: v.string(),
  deployment: v.string(),
  kind: v.string(),
  by: v.string(),
  reason: v.string(),
};

/** Idempotent by id. */
export const ask = internalMutation({
  args: request,
  handler: async (ctx, { id, environment, deployment, ...asked }) => {
    const known = await ctx.db
      .query('requests')
      .withIndex('by_request', (q) => q.eq('request', id))
      .first();
    if (known) return null;
    const last = await ctx.db
      .query('requests')
      .withIndex('by_deployment', (q) => q.eq('environment', environment).eq('deployment', deployment))
      .order('desc')
      .first();
    await ctx.db.insert('requests', { seq: (last?.seq ?? 0) + 1, request: id, environment, deployment, ...asked });
    return null;
  },
});

/** Oldest first. */
export const asked = internalQuery({
  args: { environment: v.string(), deployment: v.string() },
  handler: async (ctx, { environment, deployment }) => {
    const rows = await ctx.db
      .query('requests')
      .withIndex('by_deployment', (q) => q.eq('environment', environment).eq('deployment', deployment))
      .take(1_000);
    return rows.map(({ request: id, kind, by, reason }) => ({ id, environment, deployment, kind, by, reason }));
  },
});
