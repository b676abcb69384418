/** The rows of the views, and which generation of them is read. */
import { v } from 'convex/values';
import type { Document, Reading, Writing } from './functions.ts';

export const rowShape = v.object({
  view: v.string(),
  environment: v.string(),
  key: v.string(),
  sort: v.string(),
  outcome: v.union(v.string(), v.null()),
  actor: v.union(v.string(), v.null()),
  row: v.string(),
});

export type WireRow = typeof rowShape.type;
export type Folds = Pick<Document<'folds'>, 'generation' | 'version' | 'newest'>;

export async function foldsOf(ctx: Reading): Promise<Folds> {
  return (await ctx.db.query('folds').first()) ?? { generation: 0, version: 0, newest: 0 };
}

export async function setFolds(ctx: Writing, change: Partial<Folds>): Promise<void> {
  const known = await ctx.db.query('folds').first();
  if (known) await ctx.db.patch('folds', known._id, change);
  else await ctx.db.insert('folds', { generation: 0, version: 0, newest: 0, ...change });
}

/** Has the next open fold the rows again: an event goes into the journal that was not folded into them. */
export async function leaveBehind(ctx: Writing): Promise<void> {
  if ((await foldsOf(ctx)).version !== 0) await setFolds(ctx, { version: 0 });
}

function find(ctx: Reading, generation: number, view: string, environment: string, key: string) {
  return ctx.db
    .query('rows')
    .withIndex('by_key', (q) =>
      q.eq('generation', generation).eq('view', view).eq('key', key).eq('environment', environment),
    )
    .unique();
}

export async function rowText(
  ctx: Reading,
  generation: number,
  view: string,
  environment: string,
  key: string,
): Promise<string | null> {
  return (await find(ctx, generation, view, environment, key))?.row ?? null;
}

export async function putRow(ctx: Writing, generation: number, row: WireRow): Promise<void> {
  const known = await find(ctx, generation, row.view, row.environment, row.key);
  if (known) await ctx.db.replace('rows', known._id, { generation, ...row });
  else await ctx.db.insert('rows', { generation, ...row });
}
