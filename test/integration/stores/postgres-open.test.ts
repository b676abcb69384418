/** Opening and losing a Postgres store: what is refused, what is survived, and that no password is ever shown. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../../src/core/journal.ts';
import { isProblem, type Problem, type ProblemCode } from '../../../src/core/errors.ts';
import { connect } from '../../../src/stores/postgres-connection.ts';
import { migratePostgres } from '../../../src/stores/postgres-open.ts';
import { POSTGRES_SCHEMA } from '../../../src/stores/postgres-schema.ts';
import { viewsLock } from '../../../src/stores/postgres-views.ts';
import { openPostgres } from '../../../src/stores/postgres.ts';
import { fromEvent, JOURNAL_COLUMNS } from '../../../src/stores/rows.ts';
import type { Store } from '../../../src/stores/store.ts';
import { COUNTING_VIEWS, HOLDER, nonce, paused, take } from '../../../src/testing/store-suite.ts';
import { freePort, postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { expectUpgraded, LATE_WRITER } from './first-format.ts';
import { sql } from './subjects.ts';

const open = (url: string, schema: string): Promise<Store> => openPostgres({ url, schema, views: COUNTING_VIEWS });

async function problem(attempt: Promise<unknown>, code: ProblemCode): Promise<Problem> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isProblem(error, code)) throw new Error(`expected ${code}, got ${inspect(error)}`);
  return error;
}

test.each([
  'postgres://mia:hunter2@127.0.0.1:PORT/x',
  'postgres://mia:hunter2@[broken',
  'postgres://mia:hunter2@no.invalid/x',
])('an address that leads nowhere is refused without its password: %s', async (address) => {
  const attempt = open(address.replace('PORT', String(await freePort())), 'belay');
  const refused = await problem(attempt, address.includes('broken') ? 'CONFIG_INVALID' : 'STORE_UNREACHABLE');
  expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('hunter2');
});

describe.skipIf(postgresInstalled() === null)('with a server', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test('a lease expires by the clock of the server, and is then free for anybody', async () => {
    const store = await open(server.url, 'expiry');
    const request = { holder: HOLDER, nonce: nonce(), ttlMs: 150 };
    expect((await store.leases.acquire('production', request)).granted).toBe(true);
    expect((await store.leases.read('production'))?.expired).toBe(false);
    const deadline = Date.now() + 5_000;
    while ((await store.leases.read('production'))?.expired !== true) expect(Date.now()).toBeLessThan(deadline);
    const next = await store.leases.acquire('production', { ...request, nonce: nonce() });
    expect(next).toMatchObject({ granted: true, former: { nonce: request.nonce } });
    await store.close();
  });

  test('who listens is told of what another process appends, also after the connection was cut', async () => {
    const [listener, writer] = [await open(server.url, 'told'), await open(server.url, 'told')];
    let told = 0;
    const stop = await listener.changes?.(() => (told += 1));
    await until('listening', () => told > 0);
    const fence = await take(writer);
    await writer.append(fence, [paused('e1')]);
    await until('told of the first', () => told > 1);
    await sql(server.url, [
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
    ]);
    const before = told;
    await until('listening again', () => told > before);
    const again = told;
    await writer.append(fence, [paused('e2')]);
    await until('told of the second', () => told > again);
    await stop?.();
    await Promise.all([listener.close(), writer.close()]);
  });

  test('what a database sets to be asynchronous is durable all the same; a server without fsync is refused', async () => {
    const { pathname } = new URL(server.url);
    await sql(server.url, [`ALTER DATABASE ${pathname.slice(1)} SET synchronous_commit = off`]);
    await (await open(server.url, 'durable')).close();
    await sql(server.url, [
      `ALTER DATABASE ${pathname.slice(1)} RESET synchronous_commit`,
      'ALTER SYSTEM SET fsync = off',
    ]);
    await sql(server.url, ['SELECT pg_reload_conf()']);
    const deadline = Date.now() + 5_000;
    while ((await sql(server.url, ['SHOW fsync']))[0]?.['fsync'] === 'on') expect(Date.now()).toBeLessThan(deadline);
    expect((await problem(open(server.url, 'durable'), 'STORE_REFUSED')).why).toContain('fsync=off');
    await sql(server.url, ['ALTER SYSTEM RESET fsync', 'SELECT pg_reload_conf()']);
    while ((await sql(server.url, ['SHOW fsync']))[0]?.['fsync'] === 'off') expect(Date.now()).toBeLessThan(deadline);
  });

  test('on another history than before nobody takes the lease until a person has looked; reading goes on', async () => {
    const store = await open(server.url, 'epoch');
    await store.append(await take(store, 'staging'), [paused('e1')]);
    await sql(server.url, ["UPDATE epoch.store SET epoch = 'another/00000001'"]);
    const refused = await problem(take(store), 'STORE_WENT_BACK');
    expect(await store.read({})).toHaveLength(1);
    const accept = /psql -c "(.*)"/.exec(refused.next ?? '')?.[1] ?? '';
    await sql(server.url, [accept]);
    expect((await take(store)).token).toBe(1);
    await store.close();
  });

  test('a store of the first format finds its events and rows again, also those of a late writer', async () => {
    const connection = await connect(server.url);
    await migratePostgres(connection, 'first', POSTGRES_SCHEMA.slice(0, 1));
    for (const event of seal('production', 1, EMPTY_CHAIN, LATE_WRITER)) {
      const values = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
      await connection.query(`INSERT INTO first.journal (${JOURNAL_COLUMNS}) VALUES ${values}`, fromEvent(event));
    }
    await connection.query('INSERT INTO first.head SELECT environment, n, hash FROM first.journal WHERE n = 3');
    await connection.close();
    const store = await open(server.url, 'first');
    await expectUpgraded(store);
    await store.close();
  });

  test('an append waits for a rebuild under way, and then leaves its rows alone', async () => {
    const store = await open(server.url, 'rebuilt');
    const fence = await take(store);
    const rebuild = await connect(server.url);
    let append: Promise<unknown> = Promise.resolve();
    await rebuild.transaction(async (query) => {
      await query(`SELECT ${viewsLock('rebuilt')}`);
      append = store.append(fence, [paused('e1')]);
      const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      await until('the append waits', async () => (await sql(server.url, [waiting])).length > 0, 5_000);
      await query("UPDATE rebuilt.meta SET value = '2' WHERE key = 'views'");
    });
    await append;
    expect(await store.view('deployments', {})).toEqual([]);
    await (await open(server.url, 'rebuilt')).close();
    expect(await store.view('deployments', {})).toHaveLength(1);
    await rebuild.close();
    await store.close();
  });

  test('the journal refuses to be changed, shortened or emptied', async () => {
    const store = await open(server.url, 'fixed');
    await store.append(await take(store), [paused('e1')]);
    for (const change of [
      "UPDATE fixed.journal SET actor = 'x'",
      'DELETE FROM fixed.journal',
      'TRUNCATE fixed.journal',
    ]) {
      await expect(sql(server.url, [change])).rejects.toThrow(/append-only/);
    }
    await store.close();
  });

  test('connections that the server ends in the middle of appends lose and double nothing', async () => {
    const store = await open(server.url, 'cut');
    const fence = await take(store);
    const cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'belay'";
    const appended: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      const append = store.append(fence, [paused(`e${index}`)]);
      if (index % 4 === 0) await sql(server.url, [cut]);
      appended.push(...(await append).map((event) => event.n));
    }
    expect(appended).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await store.read({})).toHaveLength(40);
    await store.close();
  });

  test('a store of a newer format is refused; several may make the tables at once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open(server.url, 'many')));
    await Promise.all(stores.map((store) => store.close()));
    await sql(server.url, ['UPDATE many.store SET format = 99']);
    await problem(open(server.url, 'many'), 'FORMAT_NEWER');
  });
});
