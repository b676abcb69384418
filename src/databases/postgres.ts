/** A Postgres database as protected data: restored into a database beside it, compared, and swapped in by renaming. */
import type { Client } from 'pg';
import { Problem } from '../core/errors.ts';
import type { Json } from '../core/release.ts';
import { withDataProblem } from './data-problem.ts';
import type { DataContext, Fingerprint, ProtectedData, Snapshot, Writes } from './database.ts';
import { scanTree } from './file-tree.ts';
import { requireRoom, roomAt, type Room } from './free-space.ts';
import { describeUrl, nameOf, withPostgres } from './postgres-connection.ts';
import { contentFingerprint, inSnapshot, readContent, rowsAtMost, type TableContent } from './postgres-content.ts';
import { changesSince, readMark } from './postgres-mark.ts';
import { dumpMethod, type PostgresMethod, type PostgresPlace, templateMethod } from './postgres-method.ts';
import {
  companionName,
  databaseBytes,
  databaseExists,
  dropDatabase,
  serverFreeBytes,
  swapDatabases,
  takeTurn,
} from './postgres-server.ts';
import { applyShape, type DatabaseShape, readShape } from './postgres-shape.ts';
import {
  damaged,
  dataFolder,
  findSnapshot,
  readRecorded,
  removeSnapshot,
  type StoredSnapshot,
  writeSnapshot,
} from './snapshot-folder.ts';

export interface PostgresDataOptions {
  /** `postgres://user:password@host:port/database`. The user may create databases and owns this one. */
  readonly url: string;
  /** Folder for dump files and the manifests of all snapshots. */
  readonly snapshots: string;
  /** `dump` works beside writers; `template` is faster and needs the database for itself. */
  readonly method: 'dump' | 'template';
}

interface Facts {
  readonly method: string;
  readonly database: string;
  readonly shape: DatabaseShape;
  readonly tables: readonly TableContent[];
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^postgres(ql)?:$/.test(url.protocol) && nameOf(url) !== '') return url;
  throw new Problem('CONFIG_INVALID', 'the address of the Postgres database is not complete', {
    why: 'it must be postgres://user@host:port/database',
  });
}

const sameData = (a: Fingerprint, b: Fingerprint) => a.content === b.content && a.schema === b.schema;

class PostgresData implements ProtectedData {
  readonly kind = 'postgres';
  readonly what: string;
  readonly #url: URL;
  readonly #database: string;
  readonly #snapshots: string;
  readonly #method: PostgresMethod;
  readonly #methodName: string;

  constructor({ url, snapshots, method }: PostgresDataOptions) {
    this.#url = parseUrl(url);
    this.#database = nameOf(this.#url);
    this.#snapshots = snapshots;
    this.#method = method === 'dump' ? dumpMethod : templateMethod;
    this.#methodName = method;
    this.what = describeUrl(this.#url);
  }

  /** With a connection to the maintenance database. */
  #run<T>(doing: string, signal: AbortSignal, job: (place: PostgresPlace) => Promise<T>): Promise<T> {
    return withDataProblem(`${doing} ${this.what} failed`, () =>
      withPostgres(this.#url, this.#database === 'postgres' ? 'template1' : 'postgres', signal, (admin) =>
        job({ url: this.#url, database: this.#database, admin }),
      ),
    );
  }

  /** As {@link #run}, one at a time for this database on its server. */
  #alone<T>(doing: string, { signal, say }: DataContext, job: (place: PostgresPlace) => Promise<T>): Promise<T> {
    return this.#run(doing, signal, async (place) => {
      await takeTurn(place.admin, this.#database, say);
      return job(place);
    });
  }

  #read<T>(database: string, signal: AbortSignal, job: (client: Client) => Promise<T>): Promise<T> {
    return withPostgres(this.#url, database, signal, (client) => inSnapshot(client, () => job(client)));
  }

  async #fingerprintOf(database: string, signal: AbortSignal): Promise<Fingerprint> {
    return contentFingerprint(await this.#read(database, signal, readContent));
  }

  fingerprint({ signal }: DataContext): Promise<Fingerprint> {
    return this.#fingerprintOf(this.#database, signal);
  }

  room({ signal }: DataContext): Promise<Room> {
    return this.#run('measuring', signal, async ({ admin }) => {
      // A dump is smaller than the database in nearly every case: indexes are not in it, and it is compressed.
      const room = await roomAt(this.#snapshots, await databaseBytes(admin, this.#database));
      if (this.#methodName === 'dump') return room;
      // Of a server elsewhere nobody here can tell; it refuses by itself.
      return { ...room, free: (await serverFreeBytes(admin)) ?? Number.MAX_SAFE_INTEGER };
    });
  }

  snapshot(ctx: DataContext, id: string): Promise<Snapshot> {
    return this.#alone('the snapshot of', ctx, async (place) => {
      const existing = await this.find(ctx, id);
      if (existing) return existing;
      requireRoom(await this.room(ctx), `a snapshot of ${this.what}`, this.#snapshots);
      const shape = await readShape(place.admin, this.#database);
      const mark = await this.#read(this.#database, ctx.signal, readMark);
      return writeSnapshot(this.#snapshots, id, 'postgres', ctx.signal, async (folder) => {
        const content = await this.#method.keep(ctx, place, folder, id, shape);
        const facts: Facts = { method: this.#methodName, database: this.#database, shape, tables: content.tables };
        return {
          fingerprint: contentFingerprint(content),
          mark,
          tree: await scanTree(folder, ctx.signal),
          facts: facts as unknown as Json,
        };
      });
    });
  }

  async find(ctx: DataContext, id: string): Promise<Snapshot | null> {
    const snapshot = await findSnapshot(this.#snapshots, id, ctx.signal);
    if (snapshot)
      await this.#run('looking at a snapshot of', ctx.signal, (place) => this.#requireKept(place, snapshot));
    return snapshot;
  }

  async #requireKept(place: PostgresPlace, snapshot: Snapshot): Promise<void> {
    if (await this.#method.isKept(place, snapshot.id)) return;
    throw damaged(snapshot.path, 'the copy of the database that it names is no longer on the server');
  }

  /** The kept database in a new one, of which the content is compared before it may be used. */
  async #fillSide(ctx: DataContext, place: PostgresPlace, stored: StoredSnapshot, side: string): Promise<Fingerprint> {
    const { snapshot } = stored;
    const { shape } = stored.facts as unknown as Facts;
    await dropDatabase(place.admin, side);
    const free = await serverFreeBytes(place.admin);
    const needed = Math.ceil(snapshot.fingerprint.bytes * 1.1);
    if (free !== null) requireRoom({ needed, free }, `a restore of ${this.what}`, 'the server');
    await this.#method.fill(ctx, place, dataFolder(snapshot.path), snapshot.id, side, shape);
    await applyShape(place.admin, side, shape);
    const filled = await this.#fingerprintOf(side, ctx.signal);
    if (sameData(filled, snapshot.fingerprint)) return filled;
    throw damaged(snapshot.path, `a test restore to database ${side} reads back differently`);
  }

  #stored(snapshot: Snapshot, signal: AbortSignal): Promise<StoredSnapshot> {
    return withDataProblem(`reading the snapshot ${snapshot.id} failed`, () => readRecorded(snapshot, signal));
  }

  async verify(ctx: DataContext, snapshot: Snapshot): Promise<Fingerprint> {
    const stored = await this.#stored(snapshot, ctx.signal);
    return this.#alone('the test restore of', ctx, async (place) => {
      await this.#requireKept(place, snapshot);
      const side = companionName(this.#database, 'verify');
      const fingerprint = await this.#fillSide(ctx, place, stored, side);
      await dropDatabase(place.admin, side);
      return fingerprint;
    });
  }

  async restore(ctx: DataContext, snapshot: Snapshot): Promise<Fingerprint> {
    const stored = await this.#stored(snapshot, ctx.signal);
    return this.#alone('restoring', ctx, async (place) => {
      await this.#requireKept(place, snapshot);
      const [side, old] = [companionName(this.#database, 'restore'), companionName(this.#database, 'old')];
      let live = (await databaseExists(place.admin, this.#database)) ? await this.fingerprint(ctx) : null;
      if (live === null || !sameData(live, snapshot.fingerprint)) {
        await this.#fillSide(ctx, place, stored, side);
        await dropDatabase(place.admin, old);
        await swapDatabases(place.admin, this.#database, side, old);
        live = await this.fingerprint(ctx);
      }
      if (!sameData(live, snapshot.fingerprint)) throw this.#notEqual(old);
      await dropDatabase(place.admin, side);
      await dropDatabase(place.admin, old);
      return live;
    });
  }

  #notEqual(old: string): Problem {
    return new Problem('DATA_FAILED', `${this.what} is not equal to the snapshot after the restore`, {
      why: 'something wrote to it already',
      next: 'stop what writes there, then: belay resume',
      retry: 'after-change',
      details: [`what was there before the restore is kept as database ${old}`],
    });
  }

  /**
   * By the server's counters of inserted, updated and deleted rows: an upper bound, since rows of aborted
   * transactions count; a session reports within seconds, or when it ends. When the counters began anew,
   * every row of every table that differs.
   */
  async writesSince({ signal }: DataContext, snapshot: Snapshot): Promise<Writes> {
    const { facts } = await this.#stored(snapshot, signal);
    return this.#read(this.#database, signal, async (client) => {
      const changes = changesSince(snapshot.mark, await readMark(client));
      if (changes !== null) return { count: changes, unit: 'row changes' };
      const { tables } = await readContent(client);
      return { count: rowsAtMost((facts as unknown as Facts).tables, tables), unit: 'rows' };
    });
  }

  remove(ctx: DataContext, id: string): Promise<void> {
    return this.#alone('removing a snapshot of', ctx, async (place) => {
      await this.#method.forget(place, id);
      await removeSnapshot(this.#snapshots, id);
    });
  }
}

/** A Postgres database of version 13 or later. */
export function createPostgresData(options: PostgresDataOptions): ProtectedData {
  return new PostgresData(options);
}
