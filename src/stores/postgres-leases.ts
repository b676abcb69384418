/** The lease in Postgres. Expiry is judged by the server's clock alone, which all holders share. */
import type { ChainHead } from '../core/journal.ts';
import { type Clean, cleanJson } from './append.ts';
import type { Connection, Query } from './postgres-connection.ts';
import { requireSameEpoch } from './postgres-open.ts';
import { type AcquireRequest, isOurs, isRefusedAtOnce, mayTake } from './lease-rules.ts';
import { toFormer, toHead, toLease } from './rows.ts';
import type { Acquired, Fence, LeaseRecord, Leases } from './store.ts';

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', ${ISO}) AS ${column}`;

const COLUMNS = `environment, token, nonce, holder, renew_seq, ttl_ms, former, ${iso('acquired_at')}, ${iso('renewed_at')},
  holder IS NOT NULL AND clock_timestamp() > renewed_at + ttl_ms * interval '1 millisecond' AS expired`;

/** Where nobody has ever held the lease: a row, so that there is something to lock; its token is below the first real one. */
async function makeRow(query: Query, schema: string, environment: string): Promise<void> {
  await query(
    `INSERT INTO ${schema}.lease (environment, token, nonce, renew_seq, acquired_at, renewed_at, ttl_ms)
      VALUES (?, 0, '', 0, clock_timestamp(), clock_timestamp(), 0) ON CONFLICT (environment) DO NOTHING`,
    [environment],
  );
}

async function headOf(query: Query, schema: string, environment: string): Promise<ChainHead> {
  return toHead((await query(`SELECT n, hash FROM ${schema}.head WHERE environment = ?`, [environment]))[0]);
}

/** To be called with the row of the lease there. */
async function acquire(
  query: Query,
  schema: string,
  environment: string,
  request: AcquireRequest,
  clean: Clean,
): Promise<Acquired> {
  const [row] = await query(`SELECT ${COLUMNS} FROM ${schema}.lease WHERE environment = ? FOR UPDATE`, [environment]);
  if (row === undefined) throw new Error(`the lease row of ${environment} is missing`);
  const lease = toLease(row);
  const grant = async (token: number, former: LeaseRecord | null): Promise<Acquired> => {
    const fence = { environment, token, nonce: request.nonce };
    return { granted: true, fence, former, head: await headOf(query, schema, environment) };
  };
  if (isOurs(lease, request)) return grant(lease.token, toFormer(row));
  if (!mayTake(lease, request)) return { granted: false, lease };
  const former = lease.holder ? lease : null;
  const holder = JSON.stringify(cleanJson(request.holder, clean));
  await query(
    `UPDATE ${schema}.lease SET token = token + 1, nonce = ?, holder = ?, renew_seq = 0, acquired_at = clock_timestamp(),
      renewed_at = clock_timestamp(), ttl_ms = ?, former = ? WHERE environment = ?`,
    [request.nonce, holder, request.ttlMs, former && JSON.stringify(former), environment],
  );
  return grant(lease.token + 1, former);
}

/**
 * Locks the lease row against take-over until the transaction ends; false when it is not ours.
 * @param also an expression to evaluate in the same statement, a lock of the caller's own
 */
export async function holdsLease(query: Query, schema: string, fence: Fence, also = '1'): Promise<boolean> {
  const sql = `SELECT ${also} FROM ${schema}.lease
    WHERE environment = ? AND token = ? AND nonce = ? AND holder IS NOT NULL FOR UPDATE`;
  return (await query(sql, [fence.environment, fence.token, fence.nonce])).length === 1;
}

export function postgresLeases(connection: Connection, schema: string, clean: Clean): Leases {
  const change = (set: string, fence: Fence): Promise<boolean> =>
    connection.transaction(async (query) => {
      if (!(await holdsLease(query, schema, fence))) return false;
      await query(`UPDATE ${schema}.lease SET ${set} WHERE environment = ?`, [fence.environment]);
      return true;
    });
  const read = async (environment: string): Promise<LeaseRecord | null> => {
    const sql = `SELECT ${COLUMNS} FROM ${schema}.lease WHERE environment = ? AND token > 0`;
    const [row] = await connection.query(sql, [environment]);
    return row ? toLease(row) : null;
  };
  return {
    read,
    async acquire(environment, request) {
      const lease = await read(environment);
      if (isRefusedAtOnce(lease, request)) return { granted: false, lease };
      return connection.transaction(async (query) => {
        if (lease === null) await makeRow(query, schema, environment);
        await requireSameEpoch(query, schema, connection.where);
        return acquire(query, schema, environment, request, clean);
      });
    },
    renew: (fence) => change('renew_seq = renew_seq + 1, renewed_at = clock_timestamp()', fence),
    async release(fence) {
      await change('holder = NULL, former = NULL', fence);
    },
  };
}
