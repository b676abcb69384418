/** Protected data of each kind with some content, for the contract suite and the tests beside it. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile, lstat, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryData } from '../../../src/databases/directory.ts';
import type { DataContext } from '../../../src/databases/database.ts';
import { createSqliteData } from '../../../src/databases/sqlite-files.ts';
import type { DataSubject } from '../../../src/testing/data-contract.ts';
import { createExec } from '../../../src/util/exec.ts';
import { openSqlite } from '../../../src/util/sqlite.ts';

export interface Saying extends DataContext {
  readonly said: string[];
}

export function dataContext(signal: AbortSignal = new AbortController().signal): Saying {
  const said: string[] = [];
  return { signal, said, say: (line) => void said.push(line), exec: createExec({ PATH: process.env['PATH'] ?? '' }) };
}

export async function withFolder(job: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-data-'));
  try {
    await job(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that a person could tell of a tree, by other means than those under test. */
export async function describeTree(root: string, path = ''): Promise<string[]> {
  const full = join(root, path);
  const stats = await lstat(full).catch(() => null);
  if (stats === null) return ['nothing'];
  const facts = `${path} ${stats.isSymbolicLink() ? '' : (stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  if (stats.isSymbolicLink()) return [`${facts} -> ${await readlink(full)}`];
  if (!stats.isDirectory()) return [`${facts} ${(await readFile(full)).toString('hex')}`];
  const below: string[] = [];
  for (const name of (await readdir(full)).sort()) below.push(...(await describeTree(root, join(path, name))));
  return [facts, ...below];
}

let writes = 0;

export async function directorySubject(): Promise<DataSubject & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-data-'));
  const [path, snapshots] = [join(folder, 'uploads'), join(folder, 'snapshots')];
  await mkdir(join(path, 'pictures', 'empty'), { recursive: true });
  await writeFile(join(path, 'pictures', 'one.bin'), Buffer.from([0, 255, 10, 13]));
  await writeFile(join(path, 'list.txt'), 'one\n');
  await symlink('pictures/one.bin', join(path, 'newest'));
  return {
    path,
    snapshots,
    data: createDirectoryData({ what: 'the uploads', path, snapshots }),
    ctx: dataContext(),
    read: async () => (await describeTree(path)).join('\n'),
    async write() {
      writes += 1;
      await writeFile(join(path, 'list.txt'), `changed ${writes}\n`);
      await writeFile(join(path, `new-${writes}`), 'new');
      await rm(join(path, 'newest'), { force: true });
    },
    lose: () => rm(path, { recursive: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs statements and closes, as an application that starts and stops. */
export function sqlite(file: string, ...statements: readonly string[]): void {
  const database = openSqlite(file);
  for (const statement of statements) database.exec(statement);
  database.close();
}

export function sqliteRows(file: string, sql: string): string {
  const database = openSqlite(file);
  database.exec('PRAGMA busy_timeout = 20000');
  const rows = database.all(sql).map((row) => Object.values(row).join('|'));
  database.close();
  return rows.join('\n');
}

export async function sqliteSubject(mode: 'DELETE' | 'WAL'): Promise<DataSubject & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-data-'));
  const [file, snapshots] = [join(folder, 'app.db'), join(folder, 'snapshots')];
  sqlite(
    file,
    `PRAGMA journal_mode = ${mode}`,
    'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)',
    `INSERT INTO item (name) VALUES ('one'), ('two'), ('three')`,
  );
  return {
    file,
    snapshots,
    data: createSqliteData({ files: [file], snapshots }),
    ctx: dataContext(),
    read: async () => sqliteRows(file, 'SELECT * FROM item ORDER BY id'),
    async write() {
      writes += 1;
      sqlite(
        file,
        `UPDATE item SET name = 'changed ${writes}' WHERE id = 2`,
        `INSERT INTO item (name) VALUES ('new')`,
        'DELETE FROM item WHERE id = 1',
      );
    },
    async lose() {
      for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(file + suffix, { force: true });
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
