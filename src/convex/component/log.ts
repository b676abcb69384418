/** The deployment log, for the application's own pages: read only, and written by nobody but the journal's append. */
import { v } from 'convex/values';
import { logColumns } from './schema.ts';
import { openQuery } from './functions.ts';

const MOST = 1_000;

/** Newest first; of all environments without `environment`. */
export const list = openQuery({
  args: { environment: v.optional(v.string()), limit: v.optional(v.number()) },
  returns: v.array(v.object(logColumns)),
  handler: async (ctx, { environment, limit = 100 }) => {
    const table = ctx.db.query('deploymentLog');
    const found =
      environment === undefined
        ? table.withIndex('by_timestamp')
        : table.withIndex('by_environment', (q) => q.eq('environment', environment));
    const rows = await found.order('desc').take(Math.min(Math.max(0, limit), MOST));
    return rows.map(({ _id, _creationTime, ...columns }) => columns);
  },
});
