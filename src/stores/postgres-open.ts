/** Before a Postgres store is used: is it durable, are its tables there, is it still the same server's history? */
import { Problem } from '../core/errors.ts';
import type { Connection, Query } from './postgres-connection.ts';
import { newerFormat } from './format.ts';

/** Any constant: serialises the making of tables between processes. */
const MIGRATION_LOCK = 0x42656c61;

/** @throws Problem STORE_REFUSED when a commit would not be durable, read back inside a transaction of ours */
export async function requireDurable(connection: Connection): Promise<void> {
  const [row] = await connection.transaction((query) =>
    query("SELECT current_setting('synchronous_commit') AS commits, current_setting('fsync') AS fsync"),
  );
  if (row?.['fsync'] === 'on' && row['commits'] !== 'off') return;
  throw new Problem('STORE_REFUSED', `The store ${connection.where} does not keep what it commits`, {
    why: `its server runs with fsync=${String(row?.['fsync'])} and synchronous_commit=${String(row?.['commits'])}`,
    next: 'psql -c "ALTER SYSTEM SET fsync = on" -c \'SELECT pg_reload_conf()\'',
    retry: 'after-change',
  });
}

/** @throws Problem FORMAT_NEWER */
export async function migratePostgres(connection: Connection, schema: string, steps: readonly string[]): Promise<void> {
  if ((await format(connection.query.bind(connection), schema, connection.where, steps)) === steps.length) return;
  await connection.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await query(
      `CREATE TABLE IF NOT EXISTS ${schema}.store (one boolean PRIMARY KEY DEFAULT true CHECK (one),
        format integer NOT NULL, epoch text NOT NULL)`,
    );
    // Another process may have been faster: only what is still missing.
    const found = await format(query, schema, connection.where, steps);
    for (const step of steps.slice(found)) await query(step.replaceAll('$schema', schema));
    await query(
      `INSERT INTO ${schema}.store (format, epoch) VALUES (?, ${EPOCH}) ON CONFLICT (one) DO UPDATE SET format = excluded.format`,
      [steps.length],
    );
  });
}

async function format(query: Query, schema: string, where: string, steps: readonly string[]): Promise<number> {
  const [there] = await query('SELECT to_regclass(?) IS NOT NULL AS there', [`${schema}.store`]);
  if (there?.['there'] !== true) return 0;
  const [row] = await query(`SELECT format FROM ${schema}.store`);
  const found = Number(row?.['format'] ?? 0);
  if (found > steps.length) throw newerFormat(where, 'format of its tables', found, steps.length);
  return found;
}

/** Which history this is: another cluster has another identifier, a promoted standby another timeline. */
const EPOCH = `(SELECT system_identifier FROM pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)`;

/**
 * Inside the transaction of an acquire: nobody may start on a server that was restored or failed over until a person
 * has looked, since acknowledged events may be gone (guarantee G21).
 * @throws Problem STORE_WENT_BACK
 */
export async function requireSameEpoch(query: Query, schema: string, where: string): Promise<void> {
  const [row] = await query(`SELECT epoch, ${EPOCH} AS now FROM ${schema}.store`);
  if (row === undefined || row['epoch'] === row['now']) return;
  throw new Problem('STORE_WENT_BACK', `The store ${where} is on another history than before`, {
    why: `it was ${String(row['epoch'])} and is ${String(row['now'])} (restored, or failed over): the last events may be lost`,
    next: `compare what is live with the journal, then: psql -c "UPDATE ${schema.replaceAll('"', '')}.store SET epoch = '${String(row['now'])}'"`,
  });
}
