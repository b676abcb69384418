/** Databases as whole things on a server: which there are, making, dropping, renaming, ending sessions. */
import { statfs } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { Problem } from '../core/errors.ts';
import { isMissing } from './file-tree.ts';
import { codeOf, quoteName, rowsOf } from './postgres-connection.ts';

/** Bytes in the name of a database; longer ones are cut by the server, silently. */
const NAME_BYTES = 63;
const SWAP_LIMIT_MS = 60_000;
const OBJECT_IN_USE = '55006';

/** A database of ours that belongs to another. */
export function companionName(database: string, purpose: string): string {
  const name = `${database}_belay_${purpose}`;
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  return `belay_${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
}

/** First half of the key of our advisory locks, so that they are nobody else's: "blay" in ASCII. */
const LOCKS = 0x626c6179;

/**
 * Waits until nobody else works on this database's companions, for as long as the connection lives. A
 * server goes on with the last statement of a client that was killed; this waits for that as well.
 */
export async function takeTurn(client: Client, database: string, say: (line: string) => void): Promise<void> {
  const key = createHash('sha256').update(database).digest().readInt32BE();
  const [row] = await rowsOf(client, 'SELECT pg_try_advisory_lock($1, $2) AS taken', [LOCKS, key]);
  if (row?.['taken'] === true) return;
  say(`waiting for other work on the snapshots of database ${database} to end`);
  await client.query('SELECT pg_advisory_lock($1, $2)', [LOCKS, key]);
}

export async function databaseExists(client: Client, name: string): Promise<boolean> {
  return (await rowsOf(client, 'SELECT 1 FROM pg_database WHERE datname = $1', [name])).length > 0;
}

export async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`);
}

export async function serverMajor(client: Client): Promise<number> {
  const [row] = await rowsOf(client, `SELECT current_setting('server_version_num')::int / 10000 AS major`);
  return Number(row?.['major']);
}

export async function databaseBytes(client: Client, name: string): Promise<number> {
  const [row] = await rowsOf(client, 'SELECT pg_database_size($1) AS bytes', [name]);
  return Number(row?.['bytes']);
}

/** Bytes free where the server keeps its data; null when that is another machine, or not ours to know. */
export async function serverFreeBytes(client: Client): Promise<number | null> {
  const [row] = await rowsOf(client, `SELECT setting FROM pg_settings WHERE name = 'data_directory'`);
  const [local] = await rowsOf(
    client,
    `SELECT coalesce(host(inet_client_addr()) = host(inet_server_addr()), true) AS here`,
  );
  if (!row || local?.['here'] !== true) return null;
  try {
    const stats = await statfs(String(row['setting']));
    return stats.bavail * stats.bsize;
  } catch (error) {
    // Behind a forwarded port the server is elsewhere all the same.
    if (isMissing(error) || codeOf(error) === 'EACCES') return null;
    throw error;
  }
}

async function endSessions(client: Client, name: string): Promise<void> {
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
    [name],
  );
}

/** One transaction: at every instant there is a database under the live name. */
async function renameBoth(client: Client, live: string, side: string, old: string): Promise<void> {
  await client.query('BEGIN');
  try {
    if (await databaseExists(client, live)) {
      await endSessions(client, live);
      await client.query(`ALTER DATABASE ${quoteName(live)} RENAME TO ${quoteName(old)}`);
    }
    await client.query(`ALTER DATABASE ${quoteName(side)} RENAME TO ${quoteName(live)}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Puts `side` in the place of `live`, which stays as `old`. Sessions on `live` are ended, again and again if they come back. */
export async function swapDatabases(client: Client, live: string, side: string, old: string): Promise<void> {
  const deadline = performance.now() + SWAP_LIMIT_MS;
  for (;;) {
    try {
      await endSessions(client, side);
      await renameBoth(client, live, side, old);
      return;
    } catch (error) {
      if (codeOf(error) !== OBJECT_IN_USE) throw error;
      if (performance.now() > deadline) {
        throw new Problem('DATA_FAILED', `database ${live} could not be swapped`, {
          why: `other sessions came back for ${SWAP_LIMIT_MS / 1_000} s`,
          next: 'stop the application, then: belay resume',
          retry: 'after-change',
          cause: error,
        });
      }
      await delay(100);
    }
  }
}

/** A copy made by the server itself. @throws Problem DATA_FAILED while others are connected to `from` */
export async function copyDatabase(client: Client, from: string, to: string, owner: string): Promise<void> {
  try {
    await client.query(`CREATE DATABASE ${quoteName(to)} TEMPLATE ${quoteName(from)} OWNER ${quoteName(owner)}`);
  } catch (error) {
    if (codeOf(error) !== OBJECT_IN_USE) throw error;
    throw new Problem('DATA_FAILED', `database ${from} could not be copied`, {
      why: 'others are connected to it, and method "template" needs it for itself',
      next: 'stop the application while the snapshot is taken, or choose method "dump"',
      retry: 'later',
      cause: error,
    });
  }
}
