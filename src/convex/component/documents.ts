/** Small documents beside the journal, each written only over the version that its writer has read. */
import { v } from 'convex/values';
import { type Document, internalMutation, internalQuery, type Reading } from './functions.ts';

/** Longest listing. */
const MOST = 1_000;

function named(ctx: Reading, name: string): Promise<Document<'documents'> | null> {
  return ctx.db
    .query('documents')
    .withIndex('by_name', (q) => q.eq('name', name))
    .unique();
}

const told = ({ name, value, version }: Document<'documents'>) => ({ name, value, version });

export const read = internalQuery({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const row = await named(ctx, name);
    return row && told(row);
  },
});

/** By name. */
export const list = internalQuery({
  args: { prefix: v.string() },
  handler: async (ctx, { prefix }) => {
    const rows = await ctx.db
      .query('documents')
      .withIndex('by_name', (q) => q.gte('name', prefix).lt('name', `${prefix}\u{10ffff}`))
      .take(MOST);
    return rows.map(told);
  },
});

/** Idempotent by `write`. @returns false when the version is another one by now */
export const write = internalMutation({
  args: { name: v.string(), value: v.string(), expected: v.union(v.number(), v.null()), write: v.string() },
  handler: async (ctx, { name, value, expected, write: id }) => {
    const row = await named(ctx, name);
    if (row?.write === id) return true;
    if ((row?.version ?? null) !== expected) return false;
    const next = { name, value, version: (expected ?? 0) + 1, write: id };
    if (row) await ctx.db.replace('documents', row._id, next);
    else await ctx.db.insert('documents', next);
    return true;
  },
});

export const remove = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const row = await named(ctx, name);
    if (row) await ctx.db.delete('documents', row._id);
    return null;
  },
});
