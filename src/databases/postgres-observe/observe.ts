/** Runs statements on a scratch database and notes what the server did for them: locks, rewrites, scans, new indexes. */
import type { Client } from 'pg';

export type ObservedWork = 'instant' | 'scan' | 'rewrite' | 'index-build';

export interface Observation {
  /** The server's words when a statement failed; what its transaction did is then undone. */
  readonly failed: string | null;
  /** It failed on the rows that are there, not on what was asked. */
  readonly onRows: boolean;
  /** The strongest lock on a relation that was there before, or `none`. */
  readonly lock: string;
  readonly blocks: boolean;
  readonly work: ObservedWork;
  /** Work that grows with rows went on while a lock blocked traffic. */
  readonly long: boolean;
}

const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];
const NAMES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];
const BLOCKING = MODES.indexOf('ShareLock');
const ORDER: readonly ObservedWork[] = ['instant', 'scan', 'index-build', 'rewrite'];

interface Before {
  readonly oids: readonly number[];
  /** By oid: relfilenode and kind. */
  readonly nodes: ReadonlyMap<number, { node: number; kind: string; rows: number }>;
}

const OURS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_'`;

/** The relations that are there before the migration. */
export async function look(client: Client): Promise<Before> {
  const { rows } = await client.query<{ oid: number; node: number; kind: string; rows: number }>(
    `SELECT c.oid::int AS oid, c.relfilenode::int AS node, c.relkind AS kind, greatest(c.reltuples, 0)::int AS rows
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND c.relkind IN ('r','p','v','m','S','i','I','f')`,
  );
  return { oids: rows.map((row) => row.oid), nodes: new Map(rows.map((row) => [row.oid, row])) };
}

interface Tally {
  lock: number;
  work: ObservedWork;
  long: boolean;
}

const heavier = (a: ObservedWork, b: ObservedWork) => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

async function locks(client: Client, before: Before, pid: number): Promise<{ strongest: number; blocks: boolean }> {
  const { rows } = await client.query<{ mode: string; kind: string }>(
    `SELECT l.mode, coalesce(c.relkind, 'r') AS kind FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
     WHERE l.locktype = 'relation' AND l.pid = $1 AND l.relation = ANY($2::oid[])`,
    [pid, before.oids],
  );
  const strongest = Math.max(-1, ...rows.map((row) => MODES.indexOf(row.mode)));
  const blocks = rows.some((row) =>
    row.kind === 'm' ? row.mode === 'AccessExclusiveLock' : MODES.indexOf(row.mode) >= BLOCKING,
  );
  return { strongest, blocks };
}

type Reads = ReadonlyMap<number, number>;

async function readsSoFar(client: Client, view: string): Promise<Reads> {
  const { rows } = await client.query<{ relid: number; read: string }>(
    `SELECT relid::int, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read FROM ${view}`,
  );
  return new Map(rows.map((row) => [row.relid, Number(row.read)]));
}

/** Which work a step did on what was there before. */
async function workSince(
  client: Client,
  before: Before,
  nodes: Before['nodes'],
  reads: [Reads, Reads],
  sql: string,
): Promise<ObservedWork> {
  const now = await look(client);
  const truncates = /^\s*truncate\b/i.test(sql);
  let work: ObservedWork = 'instant';
  for (const [oid, { node, kind }] of now.nodes) {
    const old = nodes.get(oid);
    if (!before.nodes.has(oid) || !old || old.node === node || node === 0 || truncates) continue;
    if (kind === 'r' || kind === 'm') work = heavier(work, 'rewrite');
    if (kind === 'i') work = heavier(work, 'index-build');
  }
  const { rows } = await client.query<{ node: number }>(
    `SELECT c.relfilenode::int AS node FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY($1::oid[]) AND c.relkind = 'i'`,
    [before.oids],
  );
  // An index that is kept through a change of type gets another oid, with the same file.
  const files = new Set([...nodes.values()].map((one) => one.node));
  if (!truncates && rows.some((row) => !files.has(row.node))) work = heavier(work, 'index-build');
  for (const [oid, { rows: size, kind }] of before.nodes) {
    if (kind !== 'r' && kind !== 'm') continue;
    const read = (reads[1].get(oid) ?? 0) - (reads[0].get(oid) ?? 0);
    if (size > 10 && read >= size) work = heavier(work, 'scan');
  }
  return work;
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
const pidOf = async (client: Client): Promise<number> =>
  (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

/** Integrity (23…) and values that do not fit (22…): other rows may pass. */
const isOnRows = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));

function observation(tally: Tally, blocks: boolean, error: unknown): Observation {
  const failed = error === null ? null : message(error);
  return {
    failed,
    onRows: isOnRows(error),
    lock: NAMES[tally.lock] ?? 'none',
    blocks,
    work: tally.work,
    long: tally.long,
  };
}

/** All statements in the transaction that is open on `client`; the caller ends it. */
export async function observeInTransaction(client: Client, statements: readonly string[]): Promise<Observation> {
  const before = await look(client);
  const pid = await pidOf(client);
  const tally: Tally = { lock: -1, work: 'instant', long: false };
  let blocks = false;
  for (const sql of statements) {
    const nodes = (await look(client)).nodes;
    const first = await readsSoFar(client, 'pg_stat_xact_user_tables');
    try {
      await client.query(sql);
    } catch (error) {
      return observation(tally, blocks, error);
    }
    const held = await locks(client, before, pid);
    const reads: [Reads, Reads] = [first, await readsSoFar(client, 'pg_stat_xact_user_tables')];
    const work = await workSince(client, before, nodes, reads, sql);
    tally.lock = Math.max(tally.lock, held.strongest);
    tally.work = heavier(tally.work, work);
    blocks ||= held.blocks;
    if (work !== 'instant' && held.blocks) tally.long = true;
  }
  return observation(tally, blocks, null);
}

/** Statements that Postgres refuses inside a transaction. */
const OUTSIDE_ONLY =
  /^\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b[\s\S]*\bconcurrently|vacuum)\b|\bdetach\s+partition\b[\s\S]*\bconcurrently\b/i;
const POLL_MS = 5;
const WATCH_LIMIT_MS = 20_000;

const pause = () => new Promise<void>((resolve) => void setTimeout(resolve, POLL_MS));

/**
 * Each statement in a transaction of its own, committed. One that must run outside is held up by
 * `other`, a second connection to the same database, until its locks were seen.
 */
export async function observeOneByOne(
  client: Client,
  other: Client,
  statements: readonly string[],
): Promise<Observation> {
  const before = await look(client);
  let whole = observation({ lock: -1, work: 'instant', long: false }, false, null);
  for (const sql of statements) {
    const outside = OUTSIDE_ONLY.test(sql);
    const one = outside ? await observeOutside(client, other, sql, before) : await observeCommitted(client, sql);
    whole = {
      failed: one.failed,
      onRows: one.onRows,
      lock: NAMES.indexOf(one.lock) > NAMES.indexOf(whole.lock) ? one.lock : whole.lock,
      blocks: whole.blocks || one.blocks,
      work: heavier(whole.work, one.work),
      long: whole.long || one.long,
    };
    if (one.failed !== null) break;
  }
  return whole;
}

async function observeCommitted(client: Client, sql: string): Promise<Observation> {
  await client.query('BEGIN');
  const seen = await observeInTransaction(client, [sql]);
  await client.query(seen.failed === null ? 'COMMIT' : 'ROLLBACK');
  return seen;
}

async function holdTables(other: Client): Promise<void> {
  await other.query('BEGIN');
  const { rows } = await other.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${OURS} AND c.relkind IN ('r', 'p')`,
  );
  if (rows.length > 0) await other.query(`LOCK TABLE ${rows.map((row) => row.name).join(', ')} IN ROW EXCLUSIVE MODE`);
}

async function observeOutside(client: Client, other: Client, sql: string, before: Before): Promise<Observation> {
  const { nodes } = await look(client);
  const pid = await pidOf(client);
  await holdTables(other);
  const tally: Tally = { lock: -1, work: 'instant', long: false };
  let blocks = false;
  let ended = false;
  const running = client.query(sql).then(
    (): unknown => null,
    (error: unknown) => error,
  );
  void running.then(() => (ended = true));
  const deadline = Date.now() + WATCH_LIMIT_MS;
  while (!ended && tally.lock < MODES.indexOf('ShareUpdateExclusiveLock') && Date.now() < deadline) {
    const held = await locks(other, before, pid);
    tally.lock = Math.max(tally.lock, held.strongest);
    blocks ||= held.blocks;
    await pause();
  }
  await other.query('ROLLBACK');
  const failed = await running;
  if (failed !== null) return observation(tally, blocks, failed);
  tally.work = await workSince(client, before, nodes, [new Map(), new Map()], sql);
  tally.long = blocks && tally.work !== 'instant';
  return observation(tally, blocks, null);
}
