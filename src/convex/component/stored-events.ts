/** Events as they lie in the tables: long data goes on in parts of its own. */
import { v } from 'convex/values';
import type { Document, Reading, Writing } from './functions.ts';
import { PART_UNITS } from './limits.ts';

/** An event over the wire; `data` is JSON in as many pieces as fit into documents, the first of them small. */
export const eventShape = v.object({
  environment: v.string(),
  n: v.number(),
  id: v.string(),
  deployment: v.union(v.string(), v.null()),
  kind: v.string(),
  actor: v.string(),
  at: v.string(),
  token: v.number(),
  data: v.array(v.string()),
  prevHash: v.string(),
  hash: v.string(),
});

export type WireEvent = typeof eventShape.type;

export async function putEvent(ctx: Writing, { id, data, ...event }: WireEvent): Promise<void> {
  const [first = '', ...rest] = data;
  await ctx.db.insert('events', { ...event, event: id, data: first, parts: rest.length });
  for (const [at, text] of rest.entries()) await ctx.db.insert('parts', { event: id, at, text });
}

export async function toWire(ctx: Reading, row: Document<'events'>): Promise<WireEvent> {
  const { _id, _creationTime, event: id, data, parts, ...rest } = row;
  if (parts === 0) return { ...rest, id, data: [data] };
  const found = await ctx.db
    .query('parts')
    .withIndex('by_event', (q) => q.eq('event', id))
    .collect();
  return { ...rest, id, data: [data, ...found.map(({ text }) => text)] };
}

/** How much reading it costs, at most: a page is measured before its parts are fetched. */
export function unitsOf({ data, parts }: Document<'events'>): number {
  return data.length + parts * PART_UNITS;
}

export function byEvent(ctx: Reading, id: string): Promise<Document<'events'> | null> {
  return ctx.db
    .query('events')
    .withIndex('by_event', (q) => q.eq('event', id))
    .unique();
}
