/** SQLite: kills during snapshot and restore, a migration killed in the middle, and a snapshot beside a writer. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSqliteData } from '../../../src/databases/sqlite-files.ts';
import { dataContext, sqlite, sqliteRows, withFolder } from '../../integration/data/subjects.ts';
import { instants, runJob } from './killing.ts';
import { repeated } from '../../support/repeated.ts';

const KILLS = repeated(5);
const LIMIT_MS = 20_000;
const ROWS = 4_000;

/** Plain JavaScript on libsql or node:sqlite, as an application would use it; prints a line when it has begun. */
const OPEN = `
const { createRequire } = require('node:module');
const builtIn = process.getBuiltinModule('node:sqlite');
const Database = builtIn ? builtIn.DatabaseSync : createRequire(process.argv[1] + '/')('libsql');
const database = new Database(process.argv[2]);
database.exec('PRAGMA busy_timeout = 20000');`;

const MIGRATE = `${OPEN}
// A small cache, so that changed pages reach the file before the end, as in a big migration.
database.exec('PRAGMA cache_size = 10');
database.exec('BEGIN');
database.exec('ALTER TABLE item ADD COLUMN migrated TEXT');
database.exec("UPDATE item SET name = 'migrated ' || id, migrated = hex(randomblob(200))");
process.stdout.write('half\\n');
setInterval(() => undefined, 1000);`;

const WRITE = `${OPEN}
process.stdout.write('writing\\n');
for (;;) {
  database.exec('BEGIN IMMEDIATE');
  database.exec('UPDATE head SET value = value + 1');
  database.exec("UPDATE item SET name = hex(randomblob(300)) WHERE id % 20 = 3");
  database.exec('UPDATE tail SET value = value + 1');
  database.exec('COMMIT');
  // Time for others, as between the requests of an application.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}`;

/** Runs `job` while the program is at work, then kills it. */
async function beside(program: string, file: string, job: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', program, join(import.meta.dirname, '../../..'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('close', () => reject(new Error('the program ended before it began')));
    });
    await job();
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

function createDatabase(file: string, mode: 'DELETE' | 'WAL'): void {
  sqlite(
    file,
    `PRAGMA journal_mode = ${mode}`,
    'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)',
    'CREATE TABLE head (value INTEGER)',
    'INSERT INTO head VALUES (0)',
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO item (name) SELECT hex(randomblob(150)) FROM n`,
  );
}

/** So much between its two ends that a transaction always falls into the time of copying. */
function fillBetweenEnds(file: string): void {
  sqlite(
    file,
    'CREATE TABLE filler (bytes BLOB)',
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
     INSERT INTO filler SELECT randomblob(1000000) FROM n`,
    'CREATE TABLE tail (value INTEGER)',
    'INSERT INTO tail VALUES (0)',
  );
}

/** All files of the database but the shared memory, which SQLite builds anew. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('app.db') && !name.endsWith('-shm'));
  const pairs = names.sort().map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]);
  return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
}

for (const mode of ['DELETE', 'WAL'] as const) {
  test(`${mode}: a migration killed in the middle goes back byte for byte`, () =>
    withFolder(async (folder) => {
      const file = join(folder, 'app.db');
      createDatabase(file, mode);
      const before = await bytesOf(folder);
      const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
      const snapshot = await data.snapshot(dataContext(), 'before');
      await beside(MIGRATE, file, async () => undefined);
      const left = mode === 'DELETE' ? `${file}-journal` : `${file}-wal`;
      expect((await stat(left)).size, 'the migration must have left a hot journal or log').toBeGreaterThan(0);
      expect(await data.restore(dataContext(), snapshot)).toEqual(snapshot.fingerprint);
      expect(await bytesOf(folder)).toEqual(before);
      expect(existsSync(`${file}-shm`)).toBe(false);
      expect(sqliteRows(file, 'PRAGMA integrity_check')).toBe('ok');
      expect(sqliteRows(file, 'SELECT count(*) FROM item')).toBe(String(ROWS));
    }));

  test(`${mode}: what a crash left is itself kept byte for byte, and recovers as it would have`, () =>
    withFolder(async (folder) => {
      const file = join(folder, 'app.db');
      createDatabase(file, mode);
      await beside(MIGRATE, file, async () => undefined);
      const crashed = await bytesOf(folder);
      expect(Object.keys(crashed)).toHaveLength(2);
      const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
      const snapshot = await data.snapshot(dataContext(), 'crashed');
      expect(await bytesOf(folder), 'looking must not recover it').toEqual(crashed);
      expect(await data.verify(dataContext(), snapshot)).toEqual(snapshot.fingerprint);
      sqlite(file, 'DELETE FROM item');
      await data.restore(dataContext(), snapshot);
      expect(await bytesOf(folder)).toEqual(crashed);
      expect(sqliteRows(file, 'SELECT count(*) FROM item')).toBe(String(ROWS));
      expect(sqliteRows(file, `SELECT count(*) FROM pragma_table_info('item')`)).toBe('2');
      expect(sqliteRows(file, 'PRAGMA integrity_check')).toBe('ok');
    }));

  test(`${mode}: snapshots beside a running writer are whole transactions`, () =>
    withFolder(async (folder) => {
      const file = join(folder, 'app.db');
      createDatabase(file, mode);
      fillBetweenEnds(file);
      const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
      const ctx = dataContext();
      const values = new Set<string>();
      await beside(WRITE, file, async () => {
        for (const id of ['one', 'two', 'three']) {
          const snapshot = await data.snapshot(ctx, id);
          expect(await data.verify(ctx, snapshot)).toEqual(snapshot.fingerprint);
        }
        const value = () => sqliteRows(file, 'SELECT value FROM head');
        const then = value();
        for (const deadline = performance.now() + LIMIT_MS; value() === then; await delay(5)) {
          expect(performance.now(), 'the writer must go on').toBeLessThan(deadline);
        }
      });
      for (const id of ['one', 'two', 'three']) {
        const snapshot = await data.find(ctx, id);
        if (!snapshot) throw new Error(`${id} is gone`);
        await data.restore(ctx, snapshot);
        expect(sqliteRows(file, 'PRAGMA integrity_check')).toBe('ok');
        expect(sqliteRows(file, 'SELECT head.value - tail.value FROM head, tail'), 'half a transaction').toBe('0');
        values.add(sqliteRows(file, 'SELECT value FROM head'));
      }
      expect(values.size, 'the writer must have written between the snapshots').toBe(3);
    }));
}

test(`restores and snapshots killed at ${KILLS} instants each, and run again, are exact`, () =>
  withFolder(async (folder) => {
    const options = { files: [join(folder, 'app.db')], snapshots: join(folder, 'snapshots') };
    const [file = ''] = options.files;
    createDatabase(file, 'DELETE');
    await beside(MIGRATE, file, async () => undefined);
    const before = await bytesOf(folder);
    const data = createSqliteData(options);
    const ctx = dataContext();
    const snapshot = await data.snapshot(ctx, 'first');
    const { ms } = await runJob({ kind: 'sqlite', options, action: 'snapshot', id: 'second' }, null);
    let killed = 0;
    for (const [index, instant] of instants(KILLS, ms).entries()) {
      const id = `kill-${index}`;
      killed += (await runJob({ kind: 'sqlite', options, action: 'snapshot', id }, instant)).killed ? 1 : 0;
      const found = await data.find(ctx, id);
      if (found) expect(found.fingerprint).toEqual(snapshot.fingerprint);
      expect(await data.verify(ctx, await data.snapshot(ctx, id))).toEqual(snapshot.fingerprint);
      sqlite(file, `UPDATE item SET name = 'changed'`);
      await runJob({ kind: 'sqlite', options, action: 'restore', id }, instant);
      await data.restore(ctx, snapshot);
      expect(await bytesOf(folder), `killed after ${instant} ms of ${ms}`).toEqual(before);
      await data.remove(ctx, id);
    }
    expect(killed, 'the kills must have hit').toBeGreaterThan(KILLS / 3);
  }));
