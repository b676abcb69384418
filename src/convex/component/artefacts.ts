/** What releases need to come back. An upload is pieces under an id of its own; naming it makes it whole, in one step. */
import { v } from 'convex/values';
import { type Document, internalMutation, internalQuery, type Reading, type Writing } from './functions.ts';

/** An upload that was not finished after a day never will be. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1_000;

/** Pieces removed in one transaction: a piece is nearly 1 MiB, and removing reads it. */
const REMOVE = 8;

/** Longest listing. */
const MOST = 5_000;

function named(ctx: Reading, name: string): Promise<Document<'artefacts'> | null> {
  return ctx.db
    .query('artefacts')
    .withIndex('by_name', (q) => q.eq('name', name))
    .unique();
}

function upload(ctx: Reading, id: string): Promise<Document<'uploads'> | null> {
  return ctx.db
    .query('uploads')
    .withIndex('by_upload', (q) => q.eq('upload', id))
    .unique();
}

async function leave(ctx: Writing, id: string): Promise<void> {
  if ((await upload(ctx, id)) === null) await ctx.db.insert('uploads', { upload: id, at: 0 });
}

/** Idempotent. */
export const addPiece = internalMutation({
  args: { upload: v.string(), at: v.number(), text: v.string() },
  handler: async (ctx, piece) => {
    if ((await upload(ctx, piece.upload)) === null) {
      await ctx.db.insert('uploads', { upload: piece.upload, at: Date.now() });
    }
    const known = await ctx.db
      .query('pieces')
      .withIndex('by_upload', (q) => q.eq('upload', piece.upload).eq('at', piece.at))
      .first();
    if (known === null) await ctx.db.insert('pieces', piece);
    return null;
  },
});

/** Idempotent. @returns false when the upload is not whole */
export const name = internalMutation({
  args: { name: v.string(), upload: v.string(), pieces: v.number() },
  handler: async (ctx, { name: given, upload: id, pieces }) => {
    const old = await named(ctx, given);
    if (old?.upload === id) return true;
    const last = await ctx.db
      .query('pieces')
      .withIndex('by_upload', (q) => q.eq('upload', id).eq('at', pieces - 1))
      .first();
    const open = await upload(ctx, id);
    if (last === null || open === null) return false;
    await ctx.db.delete('uploads', open._id);
    const row = { name: given, at: Date.now(), upload: id, pieces };
    if (old) await ctx.db.replace('artefacts', old._id, row);
    else await ctx.db.insert('artefacts', row);
    if (old) await leave(ctx, old.upload);
    return true;
  },
});

export const find = internalQuery({
  args: { name: v.string() },
  handler: async (ctx, { name: given }) => {
    const row = await named(ctx, given);
    return row && { upload: row.upload, pieces: row.pieces };
  },
});

/** Null when it was written over meanwhile. */
export const piece = internalQuery({
  args: { upload: v.string(), at: v.number() },
  handler: async (ctx, { upload: id, at }) => {
    const found = await ctx.db
      .query('pieces')
      .withIndex('by_upload', (q) => q.eq('upload', id).eq('at', at))
      .first();
    return found?.text ?? null;
  },
});

/** Oldest first. */
export const list = internalQuery({
  args: { prefix: v.string() },
  handler: async (ctx, { prefix }) => {
    const rows = await ctx.db
      .query('artefacts')
      .withIndex('by_name', (q) => q.gte('name', prefix).lt('name', `${prefix}\u{10ffff}`))
      .take(MOST);
    return rows.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map((row) => row.name);
  },
});

export const remove = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name: given }) => {
    const row = await named(ctx, given);
    if (row === null) return null;
    await ctx.db.delete('artefacts', row._id);
    await leave(ctx, row.upload);
    return null;
  },
});

/** Removes pieces that no name points at. True: there are more. */
export const sweep = internalMutation({
  args: {},
  handler: async (ctx) => {
    const oldest = await ctx.db.query('uploads').withIndex('by_time').first();
    if (oldest === null || oldest.at > Date.now() - FORGOTTEN_MS) return false;
    const pieces = await ctx.db
      .query('pieces')
      .withIndex('by_upload', (q) => q.eq('upload', oldest.upload))
      .take(REMOVE);
    for (const { _id } of pieces) await ctx.db.delete('pieces', _id);
    if (pieces.length < REMOVE) await ctx.db.delete('uploads', oldest._id);
    return true;
  },
});
