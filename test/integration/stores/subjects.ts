/** Empty stores for the contract suite: a file of its own, a schema of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDriver, type SqliteDriver } from '../../../src/stores/driver.ts';
import { openPostgres } from '../../../src/stores/postgres.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { StoreUnderTest } from '../../../src/testing/store-contract.ts';

export function sqliteSubject(engine?: SqliteDriver['engine']): StoreUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'belay-store-'));
  const path = join(folder, 'history.db');
  const stores: Store[] = [];
  return {
    async open(views) {
      const store = await openSqlite({ path, views, ...(engine ? { engine } : {}) });
      stores.push(store);
      return store;
    },
    async tamper(environment, n, data) {
      const driver = openDriver(path);
      driver.exec('DROP TRIGGER journal_no_update');
      driver.run('UPDATE journal SET data = ? WHERE environment = ? AND n = ?', data, environment, n);
      driver.close();
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      rmSync(folder, { recursive: true });
    },
  };
}

let schemas = 0;

export function postgresSubject(url: string): StoreUnderTest {
  schemas += 1;
  const schema = `belay_${schemas}`;
  const stores: Store[] = [];
  return {
    async open(views) {
      const store = await openPostgres({ url, views, schema });
      stores.push(store);
      return store;
    },
    async tamper(environment, n, data) {
      await sql(url, [
        `ALTER TABLE ${schema}.journal DISABLE TRIGGER USER`,
        `UPDATE ${schema}.journal SET data = '${data}' WHERE environment = '${environment}' AND n = ${n}`,
      ]);
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await sql(url, [`DROP SCHEMA IF EXISTS ${schema} CASCADE`]);
    },
  };
}

/** Statements on a connection of their own; gives the rows of the last. */
export async function sql(url: string, statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
