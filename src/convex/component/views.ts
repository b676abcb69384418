/**
 * Reading the views, and folding them again: no transaction holds a whole journal, so the new rows are written as a
 * generation of their own, which takes the place of the old one in one step, if the journal has not moved meanwhile.
 */
import type { IndexRange } from 'convex/server';
import { v } from 'convex/values';
import { chainOf } from './chains.ts';
import { type Document, internalMutation, internalQuery, type Reading } from './functions.ts';
import { PAGE_DOCUMENTS, PAGE_UNITS } from './limits.ts';
import { foldsOf, putRow, rowShape, setFolds, type WireRow } from './view-rows.ts';

const query = v.object({
  environment: v.optional(v.string()),
  key: v.optional(v.string()),
  before: v.optional(v.string()),
  outcome: v.optional(v.string()),
  actor: v.optional(v.string()),
  limit: v.optional(v.number()),
});

type Query = typeof query.type;
type Row = Document<'rows'>;

export const page = internalQuery({
  args: { view: v.string(), query },
  /** `before`: where to go on; null: that was all. */
  handler: async (ctx, { view, query: asked }): Promise<{ rows: WireRow[]; before: string | null }> => {
    const { generation } = await foldsOf(ctx);
    const found: Row[] = [];
    let [seen, size] = [0, 0];
    let last: Row | null = null;
    for await (const row of rangeOf(ctx, generation, view, asked)) {
      const full = seen >= PAGE_DOCUMENTS || size >= PAGE_UNITS || found.length >= (asked.limit ?? PAGE_DOCUMENTS);
      // Rows of one place in the order are never torn apart.
      if (full && last !== null && row.sort !== last.sort) return { rows: found.map(toWire), before: last.sort };
      seen += 1;
      size += row.row.length;
      last = row;
      if (matches(row, asked)) found.push(row);
    }
    return { rows: found.sort((a, b) => (a.sort < b.sort ? 1 : a.sort > b.sort ? -1 : 0)).map(toWire), before: null };
  },
});

const toWire = ({ _id, _creationTime, generation: _generation, ...row }: Row): WireRow => row;

/** Newest first by the index that narrows most. */
function rangeOf(ctx: Reading, generation: number, view: string, asked: Query): AsyncIterable<Row> {
  const { key, environment, outcome, actor, before } = asked;
  const rows = ctx.db.query('rows');
  if (key !== undefined) {
    return rows.withIndex('by_key', (q) => q.eq('generation', generation).eq('view', view).eq('key', key));
  }
  if (outcome !== undefined) {
    return rows
      .withIndex('by_outcome', (q) =>
        earlier(q.eq('generation', generation).eq('view', view).eq('outcome', outcome), before),
      )
      .order('desc');
  }
  if (actor !== undefined) {
    return rows
      .withIndex('by_actor', (q) => earlier(q.eq('generation', generation).eq('view', view).eq('actor', actor), before))
      .order('desc');
  }
  if (environment !== undefined) {
    return rows
      .withIndex('by_environment', (q) =>
        earlier(q.eq('generation', generation).eq('view', view).eq('environment', environment), before),
      )
      .order('desc');
  }
  return rows
    .withIndex('by_sort', (q) => earlier(q.eq('generation', generation).eq('view', view), before))
    .order('desc');
}

function earlier<Range extends IndexRange & { lt(field: 'sort', value: string): IndexRange }>(
  range: Range,
  before: string | undefined,
): IndexRange {
  return before === undefined ? range : range.lt('sort', before);
}

function matches(row: Row, { environment, outcome, actor, before }: Query): boolean {
  return (
    (environment === undefined || row.environment === environment) &&
    (outcome === undefined || row.outcome === outcome) &&
    (actor === undefined || row.actor === actor) &&
    (before === undefined || row.sort < before)
  );
}

export const folds = internalQuery({ args: {}, handler: (ctx) => foldsOf(ctx) });

/** A generation of one's own to write into. */
export const begin = internalMutation({
  args: {},
  handler: async (ctx) => {
    const generation = (await foldsOf(ctx)).newest + 1;
    await setFolds(ctx, { newest: generation });
    return generation;
  },
});

export const put = internalMutation({
  args: { generation: v.number(), rows: v.array(rowShape) },
  handler: async (ctx, { generation, rows }) => {
    for (const row of rows) await putRow(ctx, generation, row);
    return null;
  },
});

/** The heads of all environments: what a rebuild must have folded. */
export const heads = internalQuery({
  args: {},
  handler: async (ctx) => {
    const chains = await ctx.db.query('chains').collect();
    return chains.map(({ environment, n, hash }) => ({ environment, n, hash }));
  },
});

/** `moved`: events have come since; `settled`: somebody else has folded this version or a newer one. */
export const adopt = internalMutation({
  args: {
    generation: v.number(),
    version: v.number(),
    heads: v.array(v.object({ environment: v.string(), n: v.number(), hash: v.string() })),
  },
  handler: async (ctx, { generation, version, heads: folded }) => {
    const current = await foldsOf(ctx);
    if (current.version >= version || generation <= current.generation) return 'settled';
    const chains = await ctx.db.query('chains').collect();
    if (chains.length !== folded.length) return 'moved';
    for (const { environment, n, hash } of folded) {
      const chain = await chainOf(ctx, environment);
      if (chain.n !== n || chain.hash !== hash) return 'moved';
    }
    await setFolds(ctx, { generation, version });
    return 'adopted';
  },
});

const SWEEP = 500;

/** Removes rows that nobody reads any more: of earlier generations, and of an own one that came too late. True: there are more. */
export const sweep = internalMutation({
  args: { own: v.number() },
  handler: async (ctx, { own }) => {
    const { generation } = await foldsOf(ctx);
    const old = await ctx.db
      .query('rows')
      .withIndex('by_key', (q) => q.lt('generation', generation))
      .take(SWEEP);
    const late =
      own <= generation
        ? []
        : await ctx.db
            .query('rows')
            .withIndex('by_key', (q) => q.eq('generation', own))
            .take(SWEEP);
    for (const row of [...old, ...late]) await ctx.db.delete('rows', row._id);
    return old.length === SWEEP || late.length === SWEEP;
  },
});
