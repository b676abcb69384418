/** The lease in SQLite. There is no clock that all holders share, so only a release or a watched standstill frees it. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Clean } from './append.ts';
import { cleanJson } from './append.ts';
import { type SqliteDriver, transaction } from './driver.ts';
import type { SqliteRow } from '../util/sqlite.ts';
import { type AcquireRequest, isOurs, isRefusedAtOnce, mayTake } from './lease-rules.ts';
import { toFormer, toHead, toLease } from './rows.ts';
import { isFull } from './sqlite-problems.ts';
import type { Acquired, Fence, LeaseRecord, Leases } from './store.ts';

const BALLAST_BYTES = 64 * 1024;

/** A file that is given up when the disk is full, so that there is room to release the lease. */
function keepBallast(path: string): void {
  if (existsSync(path)) return;
  const handle = openSync(path, 'w', 0o600);
  try {
    // Random, or a compressing file system would reserve nothing.
    writeFileSync(handle, randomBytes(BALLAST_BYTES));
    fsyncSync(handle);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

function leaseRow(driver: SqliteDriver, environment: string): SqliteRow | undefined {
  return driver.get('SELECT * FROM lease WHERE environment = ?', environment);
}

function readLease(driver: SqliteDriver, environment: string): LeaseRecord | null {
  const row = leaseRow(driver, environment);
  return row ? toLease(row) : null;
}

/** The holder of the file's write lock is most likely the holder of a lease in it. */
export function describeHolders(driver: SqliteDriver): string | null {
  const rows = driver.all('SELECT * FROM lease WHERE holder IS NOT NULL');
  const holders = rows.map(toLease).flatMap(({ holder, environment }) => (holder ? [{ ...holder, environment }] : []));
  if (holders.length === 0) return null;
  const named = holders.map(
    (holder) => `${holder.environment} is held by pid ${holder.pid} on ${holder.host} (${holder.user})`,
  );
  return `it was not free within 5 s; ${named.join(', ')}`;
}

const TAKE = `INSERT INTO lease (environment, token, nonce, holder, renew_seq, acquired_at, renewed_at, ttl_ms, former)
  VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)
  ON CONFLICT (environment) DO UPDATE SET token = excluded.token, nonce = excluded.nonce, holder = excluded.holder,
    renew_seq = 0, acquired_at = excluded.acquired_at, renewed_at = excluded.renewed_at, ttl_ms = excluded.ttl_ms,
    former = excluded.former`;

function acquire(driver: SqliteDriver, environment: string, request: AcquireRequest, clean: Clean): Acquired {
  const row = leaseRow(driver, environment);
  const lease = row ? toLease(row) : null;
  const head = toHead(driver.get('SELECT n, hash FROM head WHERE environment = ?', environment));
  const fence = (token: number): Fence => ({ environment, token, nonce: request.nonce });
  if (row && lease && isOurs(lease, request)) {
    return { granted: true, fence: fence(lease.token), former: toFormer(row), head };
  }
  if (lease && !mayTake(lease, request)) return { granted: false, lease };
  const token = (lease?.token ?? 0) + 1;
  const former = lease?.holder ? lease : null;
  const now = new Date().toISOString();
  const holder = JSON.stringify(cleanJson(request.holder, clean));
  driver.run(
    TAKE,
    environment,
    token,
    request.nonce,
    holder,
    now,
    now,
    request.ttlMs,
    former && JSON.stringify(former),
  );
  return { granted: true, fence: fence(token), former, head };
}

function renew(driver: SqliteDriver, fence: Fence): boolean {
  const sql = `UPDATE lease SET renew_seq = renew_seq + 1, renewed_at = ?
    WHERE environment = ? AND token = ? AND nonce = ? AND holder IS NOT NULL`;
  return driver.run(sql, new Date().toISOString(), fence.environment, fence.token, fence.nonce) === 1;
}

function release(driver: SqliteDriver, fence: Fence): void {
  const sql = 'UPDATE lease SET holder = NULL, former = NULL WHERE environment = ? AND token = ? AND nonce = ?';
  driver.run(sql, fence.environment, fence.token, fence.nonce);
}

/** @param guarded runs a synchronous body and turns what SQLite throws into problems */
export function sqliteLeases(
  driver: SqliteDriver,
  path: string,
  clean: Clean,
  guarded: <T>(body: () => T) => Promise<T>,
): Leases {
  const ballast = `${path}.ballast`;
  return {
    read: (environment) => guarded(() => readLease(driver, environment)),
    acquire: (environment, request) =>
      guarded(() => {
        const lease = readLease(driver, environment);
        if (isRefusedAtOnce(lease, request)) return { granted: false, lease };
        // Nothing starts on a disk that has no room to finish (guarantee G15).
        keepBallast(ballast);
        return transaction(driver, () => acquire(driver, environment, request, clean));
      }),
    renew: (fence) => guarded(() => transaction(driver, () => renew(driver, fence))),
    release: (fence) =>
      guarded(() => {
        try {
          transaction(driver, () => release(driver, fence));
        } catch (error) {
          if (!isFull(error)) throw error;
          rmSync(ballast, { force: true });
          transaction(driver, () => release(driver, fence));
        }
      }),
  };
}
