/** Postgres as protected data: beside writers, killed on the way, with what belongs to the database itself. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DataContext } from '../../../src/databases/database.ts';
import { createPostgresData } from '../../../src/databases/postgres.ts';
import type { Exec } from '../../../src/util/exec.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { ask, databaseUrl, postgresSubject, type PostgresSubject } from './postgres-subject.ts';

const PASSWORD = 'never-to-be-seen';

/** Transactions that move an amount from one row to the other; their sum is always 100. */
async function transferUntil(url: string, stopped: () => boolean): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let transactions = 0;
  for (; !stopped(); transactions += 1) {
    await client.query(`BEGIN; UPDATE account SET amount = amount - 1 WHERE id = 1`);
    await client.query(`UPDATE account SET amount = amount + 1 WHERE id = 2`);
    await client.query(`INSERT INTO item (name) VALUES ('while dumping'); COMMIT`);
  }
  await client.end();
  return transactions;
}

describe.skipIf(postgresInstalled() === null)('on a server', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres({ settings: ['fsync=off', 'full_page_writes=off'] });
  });
  afterAll(() => server.stop());

  const on = (method: 'dump' | 'template', job: (subject: PostgresSubject) => Promise<void>) => async () => {
    const subject = await postgresSubject(server.url, method);
    try {
      await job(subject);
    } finally {
      await subject.close();
    }
  };

  test(
    'a dump beside a writer is one state of the database, sequences included',
    on('dump', async ({ data, ctx, url }) => {
      await ask(
        url,
        'CREATE TABLE account (id int PRIMARY KEY, amount int); INSERT INTO account VALUES (1, 50), (2, 50)',
      );
      let stopped = false;
      const writer = transferUntil(url, () => stopped);
      const snapshot = await data.snapshot(ctx, 'first').finally(() => (stopped = true));
      expect(await writer).toBeGreaterThan(3);
      expect(await data.verify(ctx, snapshot)).toEqual(snapshot.fingerprint);
      await data.restore(ctx, snapshot);
      expect(await ask(url, 'SELECT sum(amount)::int AS sum FROM account')).toEqual([{ sum: 100 }]);
    }),
  );

  test(
    'settings, grants and objects of the database survive, and sessions are ended, not waited for',
    on('dump', async ({ data, ctx, url, name, write }) => {
      await ask(url, `CREATE ROLE reader; GRANT CONNECT ON DATABASE "${name.replaceAll('"', '""')}" TO reader`);
      const snapshot = await data.snapshot(ctx, 'first');
      await write();
      const lingering = new pg.Client({ connectionString: url });
      const ended = new Promise((resolve) => lingering.on('error', resolve));
      await lingering.connect();
      await data.restore(ctx, snapshot);
      await ended;
      expect(await ask(url, 'SHOW search_path')).toEqual([{ search_path: '"$user", public, "Odd schema"' }]);
      expect(await ask(url, 'SHOW work_mem')).toEqual([{ work_mem: '5MB' }]);
      const [row] = await ask(url, `SELECT datacl::text FROM pg_database WHERE datname = current_database()`);
      expect(row?.['datacl']).toContain('reader=c/');
      expect(await ask(url, `SELECT twice(4), (SELECT count(*)::int FROM books) AS books`)).toEqual([
        { twice: 8, books: 25 },
      ]);
      const names = await ask(url, `SELECT datname FROM pg_database WHERE datname LIKE '%belay%'`);
      expect(names, 'nothing is left on the server').toEqual([]);
    }),
  );

  test(
    'a migration that only changes the schema is seen, and taken back',
    on('dump', async ({ data, ctx, url }) => {
      const snapshot = await data.snapshot(ctx, 'first');
      for (const sql of [
        'ALTER TABLE item ALTER name DROP NOT NULL',
        `ALTER TYPE mood ADD VALUE 'calm'`,
        'CREATE OR REPLACE VIEW books AS SELECT * FROM item WHERE false',
        'DROP INDEX item_kind',
        `CREATE OR REPLACE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 3'`,
      ]) {
        const { schema } = await data.fingerprint(ctx);
        await ask(url, sql);
        expect((await data.fingerprint(ctx)).schema, sql).not.toBe(schema);
      }
      expect(await data.restore(ctx, snapshot)).toEqual(snapshot.fingerprint);
    }),
  );

  test(
    'row changes are counted, also those that cancel out',
    on('dump', async ({ data, ctx, url }) => {
      const snapshot = await data.snapshot(ctx, 'first');
      await ask(url, `INSERT INTO item (name) VALUES ('a'), ('b'); DELETE FROM item WHERE name IN ('a', 'b')`);
      expect(await data.writesSince(ctx, snapshot)).toEqual({ count: 4, unit: 'row changes' });
    }),
  );

  test(
    'a copy on the server waits for nobody: others connected are a clear error',
    on('template', async ({ data, ctx, url }) => {
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await expect(data.snapshot(ctx, 'first')).rejects.toMatchObject({ code: 'DATA_FAILED', retry: 'later' });
      await other.end();
    }),
  );

  test(
    'a copy that was dropped from the server is a damaged snapshot',
    on('template', async ({ data, ctx, name, read }) => {
      const before = await read();
      const snapshot = await data.snapshot(ctx, 'first');
      const quoted = `"${name.replaceAll('"', '""')}_belay_snapshot_first"`;
      await ask(databaseUrl(server.url, 'postgres'), `DROP DATABASE ${quoted}`);
      await expect(data.find(ctx, 'first')).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
      await expect(data.restore(ctx, snapshot)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
      expect(await read()).toBe(before);
    }),
  );

  test(
    'the password reaches the programs by their environment and nothing else',
    on('dump', async ({ ctx, snapshots, url }) => {
      const secret = new URL(url);
      secret.password = PASSWORD;
      const data = createPostgresData({ url: secret.href, snapshots, method: 'dump' });
      const calls: { argv: readonly string[]; env: Readonly<Record<string, string>> | undefined }[] = [];
      const exec: Exec = (argv, options) => {
        calls.push({ argv, env: options?.env });
        return ctx.exec(argv, options);
      };
      const watched: DataContext = { ...ctx, exec };
      const snapshot = await data.snapshot(watched, 'first');
      await data.verify(watched, snapshot);
      expect(calls.map((call) => call.env?.['PGPASSWORD'])).toContain(PASSWORD);
      expect(JSON.stringify(calls.map((call) => call.argv))).not.toContain(PASSWORD);
      expect(JSON.stringify([snapshot, data.what])).not.toContain(PASSWORD);
      const broken = createPostgresData({ url: secret.href.replace(/:\d+\//, ':1/'), snapshots, method: 'dump' });
      const error: unknown = await broken.fingerprint(ctx).catch((caught: unknown) => caught);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(PASSWORD);
      expect(error).toMatchObject({ code: 'DATA_FAILED' });
    }),
  );

  test(
    'without the programs of Postgres the error names the package',
    on('dump', async ({ data, ctx }) => {
      const exec: Exec = (_argv, options) => ctx.exec(['/nowhere/pg_dump'], options);
      await expect(data.snapshot({ ...ctx, exec }, 'first')).rejects.toMatchObject({
        code: 'TOOL_MISSING',
        next: expect.stringContaining('postgresql-client') as string,
      });
    }),
  );
});
