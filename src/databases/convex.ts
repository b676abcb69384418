/** The data of a Convex deployment: exported by the deployment, read back here, imported again as one. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { ConvexClient } from '../platforms/convex/client.ts';
import { countWrites } from './convex-difference.ts';
import { type Content, fingerprintOf, readContent } from './convex-content.ts';
import { exportTo } from '../platforms/convex/export.ts';
import { importFrom, RefusedBySchema } from '../platforms/convex/import.ts';
import type { DataContext, Fingerprint, ProtectedData } from './database.ts';
import { scanTree } from './file-tree.ts';
import { requireRoom, roomAt } from './free-space.ts';
import {
  dataFolder,
  damaged,
  findSnapshot,
  readRecorded,
  removeSnapshot,
  withSideFolder,
  writeSnapshot,
} from './snapshot-folder.ts';

export interface ConvexDataOptions {
  /** For people: the deployment's host. */
  readonly what: string;
  readonly client: () => Promise<ConvexClient>;
  /** Folder of the snapshots. */
  readonly snapshots: string;
  readonly includeStorage: boolean;
  /** Where snapshots are restored for a test; its data is lost. Null: they are read back only. */
  readonly scratch: (() => Promise<ConvexClient>) | null;
  /** Old documents may not fit the schema in force. */
  readonly validation: {
    /** The same tables, documents of any shape. */
    off(ctx: DataContext): Promise<void>;
    isOff(ctx: DataContext): Promise<boolean>;
    /** @returns whether the data fits, so that it is in force again */
    on(ctx: DataContext): Promise<boolean>;
  };
}

const ARCHIVE = 'snapshot.zip';
/** Nobody tells beforehand how large an export will be. */
const LEAST_BYTES = 64 * 1024 * 1024;

export function createConvexData(options: ConvexDataOptions): ProtectedData {
  const { snapshots: root, what } = options;

  async function exported<T>(
    client: ConvexClient,
    ctx: DataContext,
    use: (file: string, content: Content) => Promise<T>,
  ): Promise<T> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return withSideFolder(root, `export-${process.pid}`, async (folder) => {
      const file = join(folder, ARCHIVE);
      await exportTo(client, ctx, { file, includeStorage: options.includeStorage });
      return use(file, await readContent(file, ctx.signal));
    });
  }
  const fingerprintAt = (client: ConvexClient, ctx: DataContext) =>
    exported(client, ctx, async (_file, content) => fingerprintOf(content));

  /** The archive of a snapshot, read back as a whole. @throws Problem SNAPSHOT_DAMAGED */
  async function readBack(
    path: string,
    expected: Fingerprint,
    signal: AbortSignal,
  ): Promise<{ file: string; content: Content }> {
    const file = join(dataFolder(path), ARCHIVE);
    const content = await readContent(file, signal);
    if (fingerprintOf(content).content !== expected.content)
      throw damaged(file, 'its documents are not those of the record');
    return { file, content };
  }

  async function putBack(client: ConvexClient, ctx: DataContext, file: string): Promise<void> {
    await withSideFolder(root, `import-${process.pid}`, (folder) =>
      importFrom(client, ctx, { file, side: join(folder, ARCHIVE) }),
    );
  }

  return {
    kind: 'convex',
    what,
    fingerprint: async (ctx) => fingerprintAt(await options.client(), ctx),
    // Pushing code and schema changes no document.
    schema: async () => null,
    room: () => roomAt(root, LEAST_BYTES),
    async snapshot(ctx, id) {
      const found = await findSnapshot(root, id, ctx.signal);
      if (found) return found;
      requireRoom(await roomAt(root, LEAST_BYTES), `a snapshot of ${what}`, root);
      const client = await options.client();
      return writeSnapshot(root, id, 'convex', ctx.signal, async (folder) => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = join(folder, ARCHIVE);
        await exportTo(client, ctx, { file, includeStorage: options.includeStorage });
        const content = await readContent(file, ctx.signal);
        const facts = Object.fromEntries(Object.entries(content).map(([name, { documents }]) => [name, documents]));
        return { fingerprint: fingerprintOf(content), mark: null, tree: await scanTree(folder, ctx.signal), facts };
      });
    },
    find: (ctx, id) => findSnapshot(root, id, ctx.signal),
    async verify(ctx, snapshot) {
      const { snapshot: stored } = await readRecorded(snapshot, ctx.signal);
      const { file } = await readBack(stored.path, stored.fingerprint, ctx.signal);
      if (!options.scratch) {
        ctx.say('the archive was read back; it was restored nowhere, as no scratch deployment is configured');
        return stored.fingerprint;
      }
      const scratch = await options.scratch();
      await putBack(scratch, ctx, file);
      const seen = await fingerprintAt(scratch, ctx);
      if (seen.content !== stored.fingerprint.content)
        throw damaged(file, 'restored to the scratch deployment it is other data');
      return seen;
    },
    async restore(ctx, snapshot) {
      const { snapshot: stored } = await readRecorded(snapshot, ctx.signal);
      const { file } = await readBack(stored.path, stored.fingerprint, ctx.signal);
      const client = await options.client();
      try {
        await putBack(client, ctx, file);
      } catch (error) {
        if (!(error instanceof RefusedBySchema)) throw error;
        ctx.say(`the documents do not fit the schema in force (${error.message}); it lets them in for now`);
        await options.validation.off(ctx);
        await putBack(client, ctx, file);
      }
      // Also where an attempt that was killed had switched it off.
      if ((await options.validation.isOff(ctx)) && !(await options.validation.on(ctx))) {
        ctx.say('the schema in force does not fit the data: only the release of its time does');
      }
      const seen = await fingerprintAt(client, ctx);
      if (seen.content === stored.fingerprint.content) return seen;
      throw new Problem('DATA_FAILED', `${what} holds other data than snapshot ${stored.id} after the restore`, {
        why: `${seen.items} documents are there, ${stored.fingerprint.items} were restored; somebody may write`,
        next: `belay snapshot restore ${stored.id}`,
        unknown: true,
      });
    },
    async writesSince(ctx, snapshot) {
      const { snapshot: stored } = await readRecorded(snapshot, ctx.signal);
      const before = await readBack(stored.path, stored.fingerprint, ctx.signal);
      const client = await options.client();
      const count = await exported(client, ctx, (file, content) => countWrites(before, { file, content }));
      return { count, unit: 'documents' };
    },
    remove: (_ctx, id) => removeSnapshot(root, id),
  };
}
