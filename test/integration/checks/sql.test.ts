/** SQL checks against a real Postgres: what they see, what they cannot tell, and that they change nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChecks } from '../../../src/checks/create.ts';
import { normalizeHealth } from '../../../src/checks/normalize.ts';
import { healthShape, type WrittenSql } from '../../../src/checks/shape.ts';
import { createExec } from '../../../src/util/exec.ts';
import { freePort, postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  await query(`CREATE TABLE orders (id bigint PRIMARY KEY, total numeric, paid boolean, at timestamptz);
    INSERT INTO orders VALUES (1, 12.5, true, '2026-01-01T00:00:00Z'), (2, 7.5, false, now())`);
});
afterAll(() => postgres.stop());

async function query(sql: string): Promise<readonly unknown[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** As a health file has it; the secret's value is the address. */
async function run(sql: Omit<WrittenSql, 'url'>, url = postgres.url, signal = new AbortController().signal) {
  const written = healthShape.parse({ sql: [{ url: { secret: 'DATABASE_URL' }, ...sql }] });
  const spec = normalizeHealth(written, null, () => ({ reveal: () => url }));
  const [check] = createChecks([spec], '/');
  if (!check) throw new Error('no check');
  return check.run({ urls: {}, signal, exec: createExec({}) });
}

test.skipIf(!postgresInstalled()).each<[string, WrittenSql['expect'], string, string]>([
  ['SELECT count(*) FROM orders', { above: 1, below: 3 }, 'pass', '2 in '],
  ['SELECT count(*) FROM orders', { equals: 3 }, 'fail', 'the value: expected 3, saw 2'],
  ['SELECT sum(total) FROM orders', { equals: 20 }, 'pass', '20 in '],
  ['SELECT bool_or(paid) FROM orders', { equals: true }, 'pass', 'true in '],
  ['SELECT max(id)::text FROM orders', { matches: '^\\d$' }, 'pass', '"2" in '],
  ['SELECT at FROM orders WHERE id = 1', { contains: '2026-01-01' }, 'pass', '"2026-01-01'],
  ['SELECT 1;  -- with an end', undefined, 'pass', '1 in '],
  ['SELECT count(*) FROM customers', { above: 0 }, 'fail', 'the query failed: relation "customers" does not exist'],
  ['SELECT id FROM orders WHERE id = 99', { above: 0 }, 'inconclusive', 'expected one row, saw none'],
  ['SELECT id FROM orders', { above: 0 }, 'inconclusive', 'expected one row, saw more'],
  ['SELECT id, total FROM orders WHERE id = 1', undefined, 'inconclusive', 'expected one column, saw 2'],
  ['SELECT max(total) FROM orders WHERE id > 99', { above: 0 }, 'inconclusive', 'expected a value, saw null'],
  ['SELECT max(total) FROM orders WHERE id > 99', { equals: null }, 'pass', 'null in '],
  ["SELECT 'a lot'", { above: 0 }, 'inconclusive', 'the value: expected a number, saw "a lot"'],
])('%s %o: %s', async (sql, expected, status, summary) => {
  const result = await run({ query: sql, ...(expected ? { expect: expected } : {}) });
  expect(result.status, result.summary).toBe(status);
  expect(result.summary).toContain(summary);
});

test
  .skipIf(!postgresInstalled())
  .each([
    'DELETE FROM orders',
    'SELECT 1; DELETE FROM orders',
    'SELECT 1; COMMIT; DELETE FROM orders',
    'WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone',
    "SELECT setval('counter', 99)",
  ])('nothing is changed by: %s', async (sql) => {
  await query('DROP SEQUENCE IF EXISTS counter; CREATE SEQUENCE counter');
  const result = await run({ query: sql });
  expect(['fail', 'error']).toContain(result.status);
  expect(await query('SELECT count(*) FROM orders')).toEqual([{ count: '2' }]);
  expect(await query('SELECT last_value FROM counter')).toEqual([{ last_value: '1' }]);
});

test.skipIf(!postgresInstalled())('a query that takes too long is ended by the server', async () => {
  const result = await run({ query: 'SELECT count(*) FROM pg_sleep(60)', timeout: '200ms' });
  expect(result).toMatchObject({
    status: 'fail',
    summary: 'expected an answer within 200 ms, and it was stopped then',
  });
  const running = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'belay check' AND state = 'active'";
  expect(await query(running)).toEqual([]);
});

test.skipIf(!postgresInstalled())('when the deployment is stopped, it stops at once', async () => {
  const stop = new AbortController();
  const running = run({ query: 'SELECT count(*) FROM pg_sleep(60)', timeout: '30s' }, postgres.url, stop.signal);
  stop.abort();
  expect(await running).toMatchObject({ status: 'error', summary: 'stopped before it was answered' });
});

test('a database that cannot be asked is an error, without its password', async () => {
  const url = `postgres://shop:hunter22@127.0.0.1:${await freePort()}/shop`;
  const result = await run({ query: 'SELECT 1' }, url);
  expect(result.status).toBe('error');
  expect(result.summary).toMatch(/^the database could not be asked: .*ECONNREFUSED/);
  expect(JSON.stringify(result)).not.toContain('hunter22');
});

test('the address is always a secret', () => {
  const { success } = healthShape.safeParse({ sql: [{ url: 'postgres://shop:hunter22@db/shop', query: 'SELECT 1' }] });
  expect(success).toBe(false);
});
