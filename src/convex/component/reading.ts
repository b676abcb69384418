/** A page of the journal: as far as one transaction may read, with the place to go on from. */
import { v } from 'convex/values';
import { chainOf } from './chains.ts';
import { type Document, internalQuery, type Reading } from './functions.ts';
import { PAGE_DOCUMENTS, PAGE_UNITS } from './limits.ts';
import { toWire, unitsOf, type WireEvent } from './stored-events.ts';

const query = v.object({
  environment: v.optional(v.string()),
  deployment: v.optional(v.string()),
  kinds: v.optional(v.array(v.string())),
  actor: v.optional(v.string()),
  since: v.optional(v.string()),
  until: v.optional(v.string()),
  after: v.optional(v.number()),
  newestFirst: v.optional(v.boolean()),
  limit: v.optional(v.number()),
  /** Over all environments: the time behind which to go on (before it, newest first). */
  afterAt: v.optional(v.string()),
});

type Query = typeof query.type;
type Row = Document<'events'>;
type Rows = AsyncIterable<Row>;

interface Page {
  readonly events: readonly WireEvent[];
  /** What to ask next, together with the rest of the query; null: that was all. */
  readonly next: { readonly after: number } | { readonly afterAt: string } | null;
}

export const page = internalQuery({
  args: { query },
  handler: async (ctx, { query: asked }): Promise<Page> => {
    const { environment, deployment } = asked;
    if (deployment !== undefined) return inOrder(ctx, asked, [ofDeployment(ctx, asked, deployment)]);
    if (environment !== undefined) return inOrder(ctx, asked, await ofEnvironment(ctx, asked, environment));
    return overAll(ctx, asked);
  },
});

const direction = ({ newestFirst }: Query): 'asc' | 'desc' => (newestFirst === true ? 'desc' : 'asc');

function ofDeployment(ctx: Reading, asked: Query, deployment: string): Rows {
  const { after } = asked;
  return ctx.db
    .query('events')
    .withIndex('by_deployment', (q) => {
      const of = q.eq('deployment', deployment);
      if (after === undefined) return of;
      return asked.newestFirst === true ? of.lt('n', after) : of.gt('n', after);
    })
    .order(direction(asked));
}

/** Each kind by itself, in its order, or one person's events, or all. */
async function ofEnvironment(ctx: Reading, asked: Query, environment: string): Promise<Rows[]> {
  const { from, to } = await between(ctx, asked, environment);
  const events = () => ctx.db.query('events');
  if (asked.kinds !== undefined) {
    return [...new Set(asked.kinds)].map((kind) =>
      events()
        .withIndex('by_kind', (q) => q.eq('environment', environment).eq('kind', kind).gt('n', from).lt('n', to))
        .order(direction(asked)),
    );
  }
  const { actor } = asked;
  const found =
    actor === undefined
      ? events().withIndex('by_n', (q) => q.eq('environment', environment).gt('n', from).lt('n', to))
      : events().withIndex('by_actor', (q) =>
          q.eq('environment', environment).eq('actor', actor).gt('n', from).lt('n', to),
        );
  return [found.order(direction(asked))];
}

/**
 * The numbers, both excluded, between which all that is asked for lies. Times rise with the numbers but for
 * `backS`, the most that a writer's clock was ever behind an earlier event's.
 */
async function between(ctx: Reading, asked: Query, environment: string): Promise<{ from: number; to: number }> {
  const { since, until, after, newestFirst } = asked;
  let from = newestFirst === true ? 0 : (after ?? 0);
  let to = newestFirst === true ? (after ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
  const { backS } = await chainOf(ctx, environment);
  if (isTime(since)) {
    const earlier = await ctx.db
      .query('events')
      .withIndex('by_time', (q) => q.eq('environment', environment).lt('at', moved(since, -backS)))
      .order('desc')
      .first();
    from = Math.max(from, (earlier?.n ?? 0) - 1);
  }
  if (isTime(until)) {
    const later = await ctx.db
      .query('events')
      .withIndex('by_time', (q) => q.eq('environment', environment).gte('at', moved(until, backS)))
      .first();
    to = Math.min(to, later?.n ?? to);
  }
  return { from, to };
}

const moved = (time: string, seconds: number): string => new Date(Date.parse(time) + seconds * 1_000).toISOString();

/** True for an instant as events have it: with any other text the range is left wide, and the comparison decides. */
function isTime(text: string | undefined): text is string {
  const instant = text === undefined ? Number.NaN : Date.parse(text);
  return !Number.isNaN(instant) && new Date(instant).toISOString() === text;
}

function matches(row: Row, { environment, kinds, actor, since, until, after, newestFirst }: Query): boolean {
  return (
    (after === undefined || (newestFirst === true ? row.n < after : row.n > after)) &&
    (environment === undefined || row.environment === environment) &&
    (kinds === undefined || kinds.includes(row.kind)) &&
    (actor === undefined || row.actor === actor) &&
    (since === undefined || row.at >= since) &&
    (until === undefined || row.at < until)
  );
}

/** Several ranges by number, merged. A range that was not read to its end says how far the others count. */
async function inOrder(ctx: Reading, asked: Query, ranges: readonly Rows[]): Promise<Page> {
  const sign = asked.newestFirst === true ? -1 : 1;
  const arms = Math.max(1, ranges.length);
  const rows: Row[] = [];
  let reached: number | null = null;
  for (const range of ranges) {
    let [seen, size] = [0, 0];
    for await (const row of range) {
      rows.push(row);
      seen += 1;
      size += unitsOf(row);
      if (seen < PAGE_DOCUMENTS / arms && size < PAGE_UNITS / arms) continue;
      reached = reached === null ? row.n : Math.min(row.n * sign, reached * sign) * sign;
      break;
    }
  }
  const certain = reached;
  const found = rows
    .filter((row) => (certain === null || row.n * sign <= certain * sign) && matches(row, asked))
    .sort((a, b) => (a.n - b.n) * sign);
  return fetched(ctx, asked, found, certain === null ? null : { after: certain });
}

/** By time over all environments. Events of one instant are never torn apart, so that the instant is the place to go on from. */
async function overAll(ctx: Reading, asked: Query): Promise<Page> {
  const rows: Row[] = [];
  let [seen, size, at] = [0, 0, ''];
  for await (const row of byTime(ctx, asked)) {
    const full = seen >= PAGE_DOCUMENTS || size >= PAGE_UNITS || rows.length >= (asked.limit ?? PAGE_DOCUMENTS);
    if (full && row.at !== at) return fetched(ctx, asked, rows, { afterAt: at });
    seen += 1;
    size += unitsOf(row);
    at = row.at;
    if (matches(row, asked)) rows.push(row);
  }
  return fetched(ctx, asked, rows, null);
}

function byTime(ctx: Reading, asked: Query): Rows {
  const { afterAt, since = '', until } = asked;
  const events = ctx.db.query('events');
  if (asked.newestFirst === true) {
    const end = afterAt ?? until;
    return events
      .withIndex('by_at', (q) => (end === undefined ? q.gte('at', since) : q.gte('at', since).lt('at', end)))
      .order('desc');
  }
  return events.withIndex('by_at', (q) => {
    const from = afterAt === undefined ? q.gte('at', since) : q.gt('at', afterAt);
    return until === undefined ? from : from.lt('at', until);
  });
}

/** Adds what the rows leave out. */
async function fetched(ctx: Reading, { limit }: Query, rows: readonly Row[], next: Page['next']): Promise<Page> {
  const wanted = limit === undefined ? rows : rows.slice(0, limit);
  const events: WireEvent[] = [];
  for (const row of wanted) events.push(await toWire(ctx, row));
  return { events, next: wanted.length < rows.length ? null : next };
}
