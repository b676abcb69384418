/** Where a database's counters of row changes stand, to count what was written since. */
import type { Client } from 'pg';
import { rowsOf } from './postgres-connection.ts';

/** Counters of the statistics collector; they start again when they are reset or the database is another. */
interface Mark {
  readonly database: number;
  readonly reset: string;
  readonly changes: number;
}

/** Kept with a snapshot, as text. */
export async function readMark(client: Client): Promise<string> {
  const [row] = await rowsOf(
    client,
    `SELECT d.oid::bigint AS database, coalesce(s.stats_reset::text, '') AS reset,
       (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables) AS changes
     FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid WHERE d.datname = current_database()`,
  );
  const mark: Mark = {
    database: Number(row?.['database']),
    reset: String(row?.['reset']),
    changes: Number(row?.['changes']),
  };
  return JSON.stringify(mark);
}

/** Rows inserted, updated and deleted between two marks; null when the counters show none, or began anew. */
export function changesSince(then: string | null, now: string): number | null {
  if (then === null) return null;
  const [before, after] = [JSON.parse(then) as Mark, JSON.parse(now) as Mark];
  if (before.database !== after.database || before.reset !== after.reset) return null;
  return after.changes > before.changes ? after.changes - before.changes : null;
}
