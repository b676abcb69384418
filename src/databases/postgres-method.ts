/** The two ways to keep a Postgres database: a dump file, or a copy on the server. */
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { fsyncDirectory } from '../util/files.ts';
import type { DataContext } from './database.ts';
import { quoteName, quoteText, rowsOf, toolEnvironment, withPostgres } from './postgres-connection.ts';
import { type Content, inSnapshot, readContent, type Sequences } from './postgres-content.ts';
import { companionName, copyDatabase, databaseExists, dropDatabase, serverMajor } from './postgres-server.ts';
import { creationOptions, type DatabaseShape } from './postgres-shape.ts';
import { runTool } from './postgres-tools.ts';

export interface PostgresPlace {
  readonly url: URL;
  readonly database: string;
  /** Connected to another database of the server, for what cannot be done from within. */
  readonly admin: Client;
}

/** Keeps the database, fills another with what was kept, forgets it. */
export interface PostgresMethod {
  /** Returns the content of exactly what was kept. */
  keep(ctx: DataContext, place: PostgresPlace, folder: string, id: string, shape: DatabaseShape): Promise<Content>;
  /** False when what was kept on the server is gone. */
  isKept(place: PostgresPlace, id: string): Promise<boolean>;
  /** Makes the database `side`, which does not exist yet. */
  fill(
    ctx: DataContext,
    place: PostgresPlace,
    folder: string,
    id: string,
    side: string,
    shape: DatabaseShape,
  ): Promise<void>;
  forget(place: PostgresPlace, id: string): Promise<void>;
}

const DUMP = 'dump';

/** Where sequences stand in a dump: `setval('public.a_id_seq', 42, true)`. */
function parseSequences(sql: string): Sequences {
  const found = sql.matchAll(/setval\('((?:[^']|'')+)', (-?\d+), (true|false)\)/g);
  return Object.fromEntries(
    [...found].map(([, name, value, called]) => [String(name).replaceAll("''", "'"), `${value} ${called}`]),
  );
}

/** Read from the dump itself: a sequence moves on between any two looks at a database in use. */
async function sequencesIn(ctx: DataContext, folder: string, major: number): Promise<Sequences> {
  const dump = join(folder, DUMP);
  const run = (args: readonly string[]) => runTool(ctx, { tool: 'pg_restore', serverMajor: major, args, env: {} });
  const entries = (await run(['--list', dump])).split('\n').filter((line) => / SEQUENCE SET /.test(line));
  if (entries.length === 0) return {};
  const list = join(folder, '..', 'sequences');
  await writeFile(list, `${entries.join('\n')}\n`, { mode: 0o600 });
  const sql = await run([`--use-list=${list}`, '--file=-', dump]);
  await rm(list);
  return parseSequences(sql);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const dumpMethod: PostgresMethod = {
  keep: (ctx, { url, database }, folder) =>
    withPostgres(url, database, ctx.signal, (client) =>
      inSnapshot(client, async () => {
        await mkdir(folder, { mode: 0o700 });
        const major = await serverMajor(client);
        const [exported] = await rowsOf(client, 'SELECT pg_export_snapshot() AS id');
        const args = [
          '--format=custom',
          '--compress=1',
          '--no-password',
          `--snapshot=${String(exported?.['id'])}`,
          `--file=${join(folder, DUMP)}`,
        ];
        await runTool(ctx, { tool: 'pg_dump', serverMajor: major, args, env: toolEnvironment(url, database) });
        await syncFile(join(folder, DUMP));
        fsyncDirectory(folder);
        const content = await readContent(client);
        return { ...content, sequences: await sequencesIn(ctx, folder, major) };
      }),
    ),
  isKept: async () => true,
  async fill(ctx, { url, admin }, folder, _id, side, shape) {
    await admin.query(`CREATE DATABASE ${quoteName(side)} TEMPLATE template0 ${creationOptions(shape)}`);
    const target = `dbname=${quoteText(side.replaceAll('\\', '\\\\')).replaceAll("''", "\\'")}`;
    const args = ['--exit-on-error', '--no-password', `--dbname=${target}`, join(folder, DUMP)];
    await runTool(ctx, {
      tool: 'pg_restore',
      serverMajor: await serverMajor(admin),
      args,
      env: toolEnvironment(url, side),
    });
  },
  forget: async () => undefined,
};

const keptName = (database: string, id: string) => companionName(database, `snapshot_${id}`);

export const templateMethod: PostgresMethod = {
  async keep(ctx, { url, database, admin }, folder, id, { owner }) {
    await mkdir(folder, { mode: 0o700 });
    const name = keptName(database, id);
    // Left by an attempt that was killed before its manifest was complete.
    await dropDatabase(admin, name);
    await copyDatabase(admin, database, name, owner);
    const content = await withPostgres(url, name, ctx.signal, (client) =>
      inSnapshot(client, () => readContent(client)),
    );
    await admin.query(`ALTER DATABASE ${quoteName(name)} WITH ALLOW_CONNECTIONS false`);
    return content;
  },
  isKept: ({ admin, database }, id) => databaseExists(admin, keptName(database, id)),
  fill: (_ctx, { admin, database }, _folder, id, side, { owner }) =>
    copyDatabase(admin, keptName(database, id), side, owner),
  forget: ({ admin, database }, id) => dropDatabase(admin, keptName(database, id)),
};
