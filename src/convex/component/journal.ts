/** The append: whole or not at all, by the holder of the lease only, and exactly behind the head that the writer has seen. */
import { v } from 'convex/values';
import { chainOf, chainRow } from './chains.ts';
import { foldsOf, leaveBehind, putRow, rowShape, rowText } from './view-rows.ts';
import { internalMutation, internalQuery } from './functions.ts';
import { heldBy } from './leases.ts';
import { logColumns } from './schema.ts';
import { byEvent, eventShape, putEvent, toWire, type WireEvent } from './stored-events.ts';

const fence = v.object({ environment: v.string(), token: v.number(), nonce: v.string() });

/** What a writer must know to number, link and fold its events; null when the lease is not theirs. */
export const before = internalQuery({
  args: { fence, ids: v.array(v.string()), rows: v.array(v.object({ view: v.string(), key: v.string() })) },
  handler: async (ctx, { fence: held, ids, rows }) => {
    if ((await heldBy(ctx, held)) === null) return null;
    const known: WireEvent[] = [];
    for (const id of ids) {
      const row = await byEvent(ctx, id);
      if (row) known.push(await toWire(ctx, row));
    }
    const { generation, version } = await foldsOf(ctx);
    const texts: (string | null)[] = [];
    for (const { view, key } of rows) texts.push(await rowText(ctx, generation, view, held.environment, key));
    return { chain: await chainOf(ctx, held.environment), version, known, rows: texts };
  },
});

export const append = internalMutation({
  args: {
    fence,
    /** Where the events were sealed for: another head, and nothing is written. */
    head: v.object({ n: v.number(), hash: v.string() }),
    events: v.array(eventShape),
    late: v.union(v.object({ high: v.string(), backS: v.number() }), v.null()),
    /** Version of the folds that made the rows; null where they were left alone. */
    version: v.union(v.number(), v.null()),
    rows: v.array(rowShape),
    log: v.array(v.object(logColumns)),
  },
  handler: async (ctx, { fence: held, head, events, late, version, rows, log }) => {
    if ((await heldBy(ctx, held)) === null) return 'fenced';
    const { environment } = held;
    const chain = await chainOf(ctx, environment);
    const last = events.at(-1);
    if (last === undefined || chain.n !== head.n || chain.hash !== head.hash) return 'behind';
    for (const { id } of events) if (await byEvent(ctx, id)) return 'behind';
    for (const event of events) await putEvent(ctx, event);
    for (const row of log) await ctx.db.insert('deploymentLog', row);
    const folds = await foldsOf(ctx);
    if (version !== null && version === folds.version) {
      for (const row of rows) await putRow(ctx, folds.generation, row);
    } else {
      await leaveBehind(ctx);
    }
    const next = { environment, n: last.n, hash: last.hash, lastAt: last.at, ...(late ?? chainLateness(chain)) };
    const row = await chainRow(ctx, environment);
    if (row) await ctx.db.replace('chains', row._id, next);
    else await ctx.db.insert('chains', next);
    return 'written';
  },
});

const chainLateness = ({ high, backS }: { high: string | null; backS: number }) => ({ high, backS });

export const head = internalQuery({
  args: { environment: v.string() },
  handler: async (ctx, { environment }) => {
    const { n, hash } = await chainOf(ctx, environment);
    return { n, hash };
  },
});
