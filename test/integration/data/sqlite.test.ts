/** SQLite files as protected data: several files, missing ones, damaged ones, and how writes are counted. */
import { existsSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSqliteData } from '../../../src/databases/sqlite-files.ts';
import { dataContext, sqlite, sqliteRows, withFolder } from './subjects.ts';

const ctx = dataContext();

test('several files go back together, and one that was not there is removed', () =>
  withFolder(async (folder) => {
    const [one, two] = [join(folder, 'one.db'), join(folder, 'two.db')];
    sqlite(one, 'CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)');
    const data = createSqliteData({ files: [one, two], snapshots: join(folder, 'snapshots') });
    const snapshot = await data.snapshot(ctx, 'first');
    expect(snapshot.fingerprint.items).toBe(1);
    sqlite(one, 'UPDATE a SET x = 2');
    sqlite(two, 'CREATE TABLE b (y)');
    await data.restore(ctx, snapshot);
    expect(sqliteRows(one, 'SELECT x FROM a')).toBe('1');
    expect(existsSync(two)).toBe(false);
  }));

test('the restored file has the bytes and the mode of before', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    sqlite(file, 'CREATE TABLE a (x)', 'INSERT INTO a VALUES (randomblob(5000))');
    await chmod(file, 0o640);
    const before = await readFile(file);
    const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
    const snapshot = await data.snapshot(ctx, 'first');
    sqlite(file, 'PRAGMA journal_mode = WAL', 'DROP TABLE a');
    await data.restore(ctx, snapshot);
    expect((await readFile(file)).equals(before)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  }));

test('a schema change without rows is a change of the schema; rows alone are not', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    sqlite(file, 'CREATE TABLE a (x)');
    const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
    const [empty] = [await data.fingerprint(ctx)];
    sqlite(file, 'INSERT INTO a VALUES (1)');
    const rows = await data.fingerprint(ctx);
    expect(rows.schema).toBe(empty.schema);
    expect(rows.content).not.toBe(empty.content);
    sqlite(file, 'PRAGMA user_version = 7');
    expect((await data.fingerprint(ctx)).schema).not.toBe(rows.schema);
  }));

test('rows that differ are counted one by one, whatever the collation, the key or the table', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    sqlite(
      file,
      'CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE)',
      'CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID',
      'CREATE TABLE gone (x)',
      `INSERT INTO a (name) VALUES ('one'), ('two'), ('three')`,
      `INSERT INTO keyed VALUES ('k', 1)`,
      'INSERT INTO gone VALUES (1), (2)',
    );
    const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
    const snapshot = await data.snapshot(ctx, 'first');
    const count = async () => (await data.writesSince(ctx, snapshot)).count;
    sqlite(file, `UPDATE a SET name = 'ONE' WHERE id = 1`);
    expect(await count(), 'only the case changed').toBe(1);
    sqlite(file, 'DELETE FROM a WHERE id = 2', `INSERT INTO a (name) VALUES ('four')`);
    expect(await count(), 'one removed, one added').toBe(3);
    sqlite(file, `UPDATE keyed SET v = '1'`);
    expect(await count(), 'a number became text').toBe(4);
    sqlite(file, 'DROP TABLE gone', 'CREATE TABLE made (x)', 'INSERT INTO made VALUES (1)');
    expect(await count(), 'a table with two rows went, one with one row came').toBe(7);
    sqlite(file, 'ALTER TABLE a ADD COLUMN extra');
    expect(await count(), 'a new column alone loses no row').toBe(7);
  }));

test('a file that is no database is named, and its bytes are left alone', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    await writeFile(file, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8_000, 1)]));
    const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
    await expect(data.snapshot(ctx, 'first')).rejects.toMatchObject({ code: 'DATA_FAILED' });
    expect((await stat(file)).size).toBe(8_016);
  }));

test('a test restore notices a database that was broken already', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    sqlite(file, 'CREATE TABLE a (x)', 'CREATE INDEX i ON a (x)', 'INSERT INTO a VALUES (1), (2), (3)');
    const bytes = await readFile(file);
    // The root page of the index loses its entries.
    bytes.fill(0, 2 * 4_096 + 3, 2 * 4_096 + 5);
    await writeFile(file, bytes);
    const data = createSqliteData({ files: [file], snapshots: join(folder, 'snapshots') });
    const snapshot = await data.snapshot(ctx, 'first');
    await expect(data.verify(ctx, snapshot)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  }));
