/** SQLite files as protected data: each with its log and journal, kept and put back byte for byte. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Problem } from '../core/errors.ts';
import { withDataProblem } from './data-problem.ts';
import type { DataContext, Fingerprint, ProtectedData, Snapshot } from './database.ts';
import { scanTree, treeBytes } from './file-tree.ts';
import { requireRoom, roomAt } from './free-space.ts';
import { resolveLive } from './live-path.ts';
import {
  type Contents,
  damaged,
  dataFolder,
  findSnapshot,
  readRecorded,
  removeSnapshot,
  withSideFolder,
  writeSnapshot,
} from './snapshot-folder.ts';
import { captureSqlite } from './sqlite-capture.ts';
import { rowsThatDiffer } from './sqlite-compare.ts';
import { faultsOf, inspect, readablePath, schemaOf } from './sqlite-inspect.ts';
import { listMembers, type Member, membersBytes, membersIdentity, scanMembers } from './sqlite-members.ts';
import { replaceSqlite } from './sqlite-replace.ts';

export interface SqliteOptions {
  /** Main files; logs and journals beside them belong to them. */
  readonly files: readonly string[];
  /** Folder for the snapshots. */
  readonly snapshots: string;
}

const ABSENT = 'absent';

/** Where the database number `index` of a snapshot lies. */
const kept = (folder: string, index: number) => join(folder, String(index), 'db');

async function schemaAt(file: string, scratch: string, signal: AbortSignal): Promise<string> {
  if ((await listMembers(file, signal)).every((member) => member.suffix !== '')) return ABSENT;
  return inspect(await readablePath(file, scratch, signal), file, schemaOf);
}

const digest = (parts: readonly string[]) => createHash('sha256').update(parts.join('\n')).digest('hex');

/** Fingerprint over databases at `files`; `scratch` is for copies of those that cannot be opened unchanged. */
async function fingerprintOf(files: readonly string[], scratch: string, signal: AbortSignal): Promise<Fingerprint> {
  const databases: (readonly Member[])[] = [];
  const schemas: string[] = [];
  for (const [index, file] of files.entries()) {
    databases.push(await scanMembers(file, signal));
    schemas.push(await schemaAt(file, join(scratch, String(index)), signal));
  }
  return {
    content: digest(databases.map(membersIdentity)),
    schema: digest(schemas),
    bytes: databases.reduce((sum, members) => sum + membersBytes(members), 0),
    items: databases.filter((members) => members.length > 0).length,
  };
}

class SqliteData implements ProtectedData {
  readonly kind = 'sqlite';
  readonly what: string;
  readonly #files: readonly string[];
  readonly #snapshots: string;

  constructor({ files, snapshots }: SqliteOptions) {
    this.#files = files.map((file) => resolve(file));
    this.#snapshots = resolve(snapshots);
    this.what = files.map((file) => basename(file)).join(', ');
  }

  #run<T>(doing: string, job: () => Promise<T>): Promise<T> {
    return withDataProblem(`${doing} ${this.what} failed`, job);
  }

  /** Resolved late: a link may point elsewhere by now. SQLite itself puts journals beside the real file. */
  #live(): Promise<string[]> {
    return Promise.all(this.#files.map(resolveLive));
  }

  async #bytes(signal: AbortSignal): Promise<number> {
    const members = await Promise.all((await this.#live()).map((file) => listMembers(file, signal)));
    return members.reduce((sum, one) => sum + membersBytes(one), 0);
  }

  async #fill(folder: string, signal: AbortSignal): Promise<Contents> {
    await mkdir(folder, { mode: 0o700 });
    const files = await this.#live();
    for (const [index, file] of files.entries()) await captureSqlite(file, kept(folder, index), signal);
    const fingerprint = await withSideFolder(folder, 'schema', (scratch) =>
      fingerprintOf(
        files.map((_file, index) => kept(folder, index)),
        scratch,
        signal,
      ),
    );
    return { fingerprint, mark: null, tree: await scanTree(folder, signal), facts: [...this.#files] };
  }

  fingerprint({ signal }: DataContext): Promise<Fingerprint> {
    return this.#run('reading', async () => {
      const files = await this.#live();
      return withSideFolder(this.#snapshots, `fingerprint-${process.pid}`, (scratch) =>
        fingerprintOf(files, scratch, signal),
      );
    });
  }

  room({ signal }: DataContext): Promise<{ readonly needed: number; readonly free: number }> {
    return this.#run('measuring', async () => roomAt(this.#snapshots, await this.#bytes(signal)));
  }

  snapshot(ctx: DataContext, id: string): Promise<Snapshot> {
    return this.#run('the snapshot of', async () => {
      const existing = await findSnapshot(this.#snapshots, id, ctx.signal);
      if (existing) return existing;
      requireRoom(await this.room(ctx), `a snapshot of ${this.what}`, this.#snapshots);
      return writeSnapshot(this.#snapshots, id, 'sqlite', ctx.signal, (folder) => this.#fill(folder, ctx.signal));
    });
  }

  find({ signal }: DataContext, id: string): Promise<Snapshot | null> {
    return this.#run('looking for a snapshot of', () => findSnapshot(this.#snapshots, id, signal));
  }

  verify({ signal }: DataContext, snapshot: Snapshot): Promise<Fingerprint> {
    return this.#run('the test restore of', async () => {
      const { tree } = await readRecorded(snapshot, signal);
      requireRoom(await roomAt(this.#snapshots, treeBytes(tree)), `a test restore of ${this.what}`, this.#snapshots);
      return withSideFolder(this.#snapshots, `verify-${snapshot.id}`, async (side) => {
        const restored = this.#files.map((_file, index) => kept(side, index));
        for (const [index, file] of restored.entries()) {
          await captureSqlite(kept(dataFolder(snapshot.path), index), file, signal);
        }
        const fingerprint = await fingerprintOf(restored, join(side, 'scratch'), signal);
        if (
          fingerprint.content !== snapshot.fingerprint.content ||
          fingerprint.schema !== snapshot.fingerprint.schema
        ) {
          throw damaged(snapshot.path, 'a test restore reads back differently');
        }
        for (const [index, file] of restored.entries()) this.#requireSound(snapshot, index, file, fingerprint);
        return fingerprint;
      });
    });
  }

  /** Opened as an application would: a journal that was kept is played back, in this copy. */
  #requireSound(snapshot: Snapshot, index: number, file: string, { items }: Fingerprint): void {
    if (items === 0) return;
    const [fault] = inspect(file, this.#files[index] ?? file, faultsOf);
    if (fault !== undefined) throw damaged(snapshot.path, `integrity_check of ${this.#files[index]}: ${fault}`);
  }

  restore({ signal }: DataContext, snapshot: Snapshot): Promise<Fingerprint> {
    return this.#run('restoring', async () => {
      const { facts } = await readRecorded(snapshot, signal);
      if (JSON.stringify(facts) !== JSON.stringify(this.#files)) {
        throw new Problem('DATA_FAILED', `the snapshot ${snapshot.id} is of other files`, {
          why: `it was taken of ${JSON.stringify(facts)}`,
          next: 'put the files of that time into the configuration again',
          retry: 'after-change',
        });
      }
      const files = await this.#live();
      await replaceSqlite(
        files.map((file, index) => ({ from: kept(dataFolder(snapshot.path), index), file })),
        signal,
      );
      return withSideFolder(this.#snapshots, `fingerprint-${process.pid}`, async (scratch) => {
        const restored = await fingerprintOf(files, scratch, signal);
        if (restored.content === snapshot.fingerprint.content) return restored;
        throw new Problem('DATA_FAILED', `${this.what} is not equal to the snapshot after the restore`, {
          why: 'something writes there, or the disk does not keep what was written',
          next: 'stop what writes there, then: belay resume',
          retry: 'after-change',
        });
      });
    });
  }

  writesSince(ctx: DataContext, snapshot: Snapshot) {
    return this.#run('comparing', async () => {
      await readRecorded(snapshot, ctx.signal);
      const files = await this.#live();
      const count = await withSideFolder(this.#snapshots, `compare-${process.pid}`, async (side) => {
        let rows = 0;
        for (const [index, file] of files.entries()) {
          const then = kept(dataFolder(snapshot.path), index);
          const [a, b] = [await scanMembers(file, ctx.signal), await scanMembers(then, ctx.signal)];
          if (membersIdentity(a) === membersIdentity(b)) continue;
          const now = await readablePath(file, join(side, `${index}-now`), ctx.signal);
          const before = await readablePath(then, join(side, `${index}-then`), ctx.signal);
          rows += inspect(now, file, (database) => rowsThatDiffer(database, before));
        }
        return rows;
      });
      return { count, unit: 'rows' as const };
    });
  }

  remove(_ctx: DataContext, id: string): Promise<void> {
    return this.#run('removing a snapshot of', () => removeSnapshot(this.#snapshots, id));
  }
}

/** SQLite files. A missing file is a state of its own, restored by removing. Consistent while a writer runs. */
export function createSqliteData(options: SqliteOptions): ProtectedData {
  return new SqliteData(options);
}
