/** Opening a SQLite store: what it makes, what it refuses and why, and what it does when another process is in the way. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isProblem, type Problem, type ProblemCode } from '../../../src/core/errors.ts';
import { EMPTY_CHAIN, seal } from '../../../src/core/journal.ts';
import { openDriver, transaction } from '../../../src/stores/driver.ts';
import { fromEvent, JOURNAL_COLUMNS } from '../../../src/stores/rows.ts';
import { migrateSqlite } from '../../../src/stores/sqlite-migrate.ts';
import { type Select, selectEvents, selectViewRows, SQLITE } from '../../../src/stores/select.ts';
import { SQLITE_SCHEMA } from '../../../src/stores/sqlite-schema.ts';
import { applySettings, walIsSafe } from '../../../src/stores/sqlite-settings.ts';
import { openSqlite, type SqliteOptions } from '../../../src/stores/sqlite.ts';
import type { Store } from '../../../src/stores/store.ts';
import { COUNTING_VIEWS, paused, take } from '../../../src/testing/store-suite.ts';
import { expectUpgraded, LATE_WRITER } from './first-format.ts';

let folder: string;
let path: string;
let opened: Store[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-store-'));
  path = join(folder, 'made', 'history.db');
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

async function open(options: Partial<SqliteOptions> = {}): Promise<Store> {
  const store = await openSqlite({ path, views: COUNTING_VIEWS, ...options });
  opened.push(store);
  return store;
}

async function problem(attempt: Promise<unknown>, code: ProblemCode): Promise<Problem> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isProblem(error, code)) throw new Error(`expected ${code}, got ${String(error)}`);
  return error;
}

function direct(statements: readonly string[], file = path): void {
  const driver = openDriver(file);
  for (const statement of statements) driver.exec(statement);
  driver.close();
}

test('folder and files are for their owner alone', async () => {
  await take(await open());
  expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(join(folder, 'made'))) {
    expect(statSync(join(folder, 'made', name)).mode & 0o777, name).toBe(0o600);
  }
});

test('in CI a local store is refused, unless it is allowed', async () => {
  const refused = await problem(open({ ci: true }), 'STORE_REFUSED');
  expect(refused.message).toContain('would be lost when this CI job ends');
  expect(existsSync(path)).toBe(false);
  expect((await open({ ci: true, allowInCi: true })).kind).toBe('sqlite');
});

test('a file in WAL mode is refused by a build that can corrupt it, and converted by any other', async () => {
  await (await open()).close();
  opened = [];
  direct(['PRAGMA journal_mode = WAL']);
  const driver = openDriver(join(folder, 'other.db'));
  driver.close();
  if (walIsSafe(driver.version)) expect((await open()).kind).toBe('sqlite');
  else expect((await problem(open(), 'STORE_REFUSED')).message).toContain('WAL');
});

test("another program's database, and a file that is none, are left alone", async () => {
  direct(['CREATE TABLE theirs (x)'], join(folder, 'theirs.db'));
  await problem(open({ path: join(folder, 'theirs.db') }), 'STORE_REFUSED');
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'not a database at all, but long enough to have a header of one hundred bytes. '.repeat(4));
  const before = readFileSync(text, 'utf8');
  await problem(open({ path: text }), 'STORE_CORRUPT');
  expect(readFileSync(text, 'utf8')).toBe(before);
});

test('a store of a newer format is refused with the way out', async () => {
  await open();
  direct(['PRAGMA user_version = 99']);
  const refused = await problem(open(), 'FORMAT_NEWER');
  expect(refused.why).toContain('99');
  expect(refused.next).toContain('npm install');
});

test('before an upgrade the file is copied; a step that fails leaves the old format', async () => {
  await take(await open());
  const now = SQLITE_SCHEMA.length;
  const driver = openDriver(path);
  expect(() => migrateSqlite(driver, path, [...SQLITE_SCHEMA, 'CREATE TABLE added (x)', 'nonsense'])).toThrow();
  expect(driver.all('PRAGMA user_version')).toEqual([{ user_version: now }]);
  migrateSqlite(driver, path, [...SQLITE_SCHEMA, 'CREATE TABLE added (x)']);
  expect(driver.all('SELECT * FROM added')).toEqual([]);
  expect(driver.all('PRAGMA user_version')).toEqual([{ user_version: now + 1 }]);
  driver.close();
  const copy = openDriver(`${path}.format-${now}.bak`);
  expect(copy.all('SELECT environment FROM lease')).toEqual([{ environment: 'production' }]);
  copy.close();
  expect(statSync(`${path}.format-${now}.bak`).mode & 0o777).toBe(0o600);
});

test('a store of the first format finds its events and rows again, also those of a late writer', async () => {
  mkdirSync(join(folder, 'made'));
  const driver = openDriver(path);
  applySettings(driver, path);
  migrateSqlite(driver, path, SQLITE_SCHEMA.slice(0, 1));
  const events = seal('production', 1, EMPTY_CHAIN, LATE_WRITER);
  const insert = `INSERT INTO journal (${JOURNAL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  for (const event of events) driver.run(insert, ...fromEvent(event));
  driver.run('INSERT INTO head SELECT environment, n, hash FROM journal WHERE n = 3');
  driver.close();
  await expectUpgraded(await open());
});

test('the journal refuses to be changed or shortened', async () => {
  const store = await open();
  await store.append(await take(store), [paused('e1')]);
  expect(() => direct(["UPDATE journal SET actor = 'nobody'"])).toThrow(/append-only/);
  expect(() => direct(['DELETE FROM journal'])).toThrow(/append-only/);
  expect(await store.read({})).toHaveLength(1);
});

test('a journal that became shorter than this process has seen it is never written on', async () => {
  const store = await open();
  const fence = await take(store);
  const [first] = await store.append(fence, [paused('e1'), paused('e2')]);
  const hash = first?.hash ?? '';
  direct([
    'DROP TRIGGER journal_no_delete',
    'DELETE FROM journal WHERE n = 2',
    `UPDATE head SET n = 1, hash = '${hash}'`,
  ]);
  expect((await problem(store.append(fence, [paused('e3')]), 'STORE_WENT_BACK')).why).toContain('event 2');
});

test('a store that another process keeps locked is named with the holder, and works again afterwards', async () => {
  const store = await open();
  const fence = await take(store);
  const other = openDriver(path);
  let busy: Problem | null = null;
  other.exec('BEGIN IMMEDIATE');
  busy = await problem(store.append(fence, [paused('e1')]), 'STORE_UNREACHABLE');
  other.exec('ROLLBACK');
  other.close();
  expect(busy.retry).toBe('later');
  expect(busy.why).toContain('pid 4711 on laptop (mia)');
  expect(await store.append(fence, [paused('e1')])).toHaveLength(1);
});

test('a secret value reaches neither journal, lease, request nor file', async () => {
  const secret = 'hunter2-very-secret';
  const store = await open({ clean: (text) => text.replaceAll(secret, '[secret]') });
  const fence = await take(store);
  const [event] = await store.append(fence, [paused('e1', `token ${secret} was refused`)]);
  await store.ask({ id: 'r1', environment: 'production', deployment: 'd1', kind: 'abort', by: 'mia', reason: secret });
  expect(event?.data).toEqual({ reason: 'token [secret] was refused' });
  expect(readFileSync(path).includes(secret)).toBe(false);
});

test('history is read by an index that fits, whatever it is narrowed by', async () => {
  await open();
  const driver = openDriver(path);
  const window = { since: '2026-01-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' };
  const page = { environment: 'production', newestFirst: true, limit: 50 };
  const queries: readonly (readonly [string, Select])[] = [
    ['PRIMARY KEY (environment=? AND n<?)', selectEvents(SQLITE, { ...page, after: 9 })],
    ['PRIMARY KEY (environment=? AND n>? AND n<?)', selectEvents(SQLITE, { ...page, ...window })],
    ['INDEX journal_kind (kind=? AND environment=?)', selectEvents(SQLITE, { ...page, kinds: ['deployment.closed'] })],
    [
      'COVERING INDEX journal_kind (kind=? AND environment=?)',
      selectEvents(SQLITE, { ...page, kinds: ['step.done', 'step.intended'] }),
    ],
    [
      'INDEX journal_kind (kind=? AND environment=? AND n>? AND n<?)',
      selectEvents(SQLITE, { ...page, ...window, kinds: ['step.done'] }),
    ],
    [
      'INDEX journal_actor (actor=? AND environment=? AND n<?)',
      selectEvents(SQLITE, { ...page, actor: 'mia', after: 9 }),
    ],
    [
      'COVERING INDEX journal_actor (actor=? AND environment=?)',
      selectEvents(SQLITE, { ...page, actor: 'mia', kinds: ['step.done', 'step.intended'] }),
    ],
    [
      'INDEX journal_deployment (deployment=?)',
      selectEvents(SQLITE, { ...page, deployment: 'd1', kinds: ['step.done'] }),
    ],
    ['INDEX journal_deployment (deployment=?)', selectEvents(SQLITE, { deployment: 'd1' })],
    ['INDEX journal_at', selectEvents(SQLITE, { newestFirst: true, limit: 50 })],
    ['INDEX view_row_sort (view=?)', selectViewRows(SQLITE, 'deployments', { limit: 20 })],
    [
      'INDEX view_row_environment (view=? AND environment=? AND sort<?)',
      selectViewRows(SQLITE, 'deployments', { environment: 'production', before: 'x', limit: 20 }),
    ],
  ];
  for (const [expected, { sql, values }] of queries) {
    const plan = driver.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => String(row['detail']));
    expect(plan.join('; '), sql).toContain(`USING ${expected}`);
    const unsorted = plan.filter((step) => step.includes('TEMP B-TREE'));
    expect(sql.includes(' IN (SELECT') ? [] : unsorted, sql).toEqual([]);
  }
  driver.close();
});

test('one transaction is whole or not there', async () => {
  await open();
  const driver = openDriver(path);
  const failing = (): never => {
    driver.run("INSERT INTO head VALUES ('x', 1, 'h')");
    throw new Error('in the middle');
  };
  expect(() => transaction(driver, failing)).toThrow('in the middle');
  expect(driver.all('SELECT * FROM head')).toEqual([]);
  driver.close();
});
