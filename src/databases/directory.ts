/** A directory tree as protected data: kept as a full copy, put back by swapping directories. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Problem } from '../core/errors.ts';
import { copyTree } from './copy-tree.ts';
import { limited, withDataProblem } from './data-problem.ts';
import type { DataContext, ProtectedData } from './database.ts';
import { isMissing, listTree, scanTree, statOrNull, treeBytes, treeDifferences, treeFingerprint } from './file-tree.ts';
import { requireRoom, roomAt } from './free-space.ts';
import { refuseMounts, resolveLive } from './live-path.ts';
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
import { oldOf, swapDirectory } from './swap-directory.ts';

export interface DirectoryOptions {
  /** For people: `the uploads of shop`. */
  readonly what: string;
  readonly path: string;
  /** Folder for the snapshots; not inside `path`. */
  readonly snapshots: string;
  /** Time limit of one operation, milliseconds. */
  readonly limitMs?: number;
}

/** A tree that changes all the time cannot be copied consistently without stopping who writes. */
const COPY_ATTEMPTS = 3;

/** The copy as it was read back, and how the live tree differs from it by now. */
async function copyOnce(path: string, folder: string, signal: AbortSignal) {
  await rm(folder, { recursive: true, force: true });
  try {
    await copyTree(path, folder, await listTree(path, signal), signal);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { tree: [], changed: ['a file that was removed meanwhile'] };
  }
  const live = await scanTree(path, signal);
  const tree = await scanTree(folder, signal);
  return { tree, changed: treeDifferences(live, tree) };
}

async function copyStable(path: string, folder: string, ctx: DataContext): Promise<Contents> {
  for (let attempt = 1; attempt <= COPY_ATTEMPTS; attempt += 1) {
    const { tree, changed } = await copyOnce(path, folder, ctx.signal);
    if (changed.length === 0) return { fingerprint: treeFingerprint(tree), mark: null, tree, facts: null };
    ctx.say(`${path} changed while it was copied: ${changed[0] ?? ''}`);
  }
  throw new Problem('DATA_FAILED', `${path} changes while it is copied`, {
    why: `it did so ${COPY_ATTEMPTS} times, and the copy would mix two states`,
    next: 'stop the application while the snapshot is taken: strategy recreate',
    retry: 'later',
  });
}

async function refuseUnfinished(path: string): Promise<void> {
  if ((await statOrNull(path)) || !(await statOrNull(oldOf(path)))) return;
  throw new Problem('DATA_FAILED', `${path} is not there`, {
    why: `a restore was interrupted; what was there before is at ${oldOf(path)}`,
    next: 'belay resume',
    retry: 'after-change',
  });
}

/** A directory tree. A missing directory is a state of its own, restored by removing. Extended attributes are not kept. */
export function createDirectoryData({ what, path, snapshots, limitMs }: DirectoryOptions): ProtectedData {
  if (`${resolve(snapshots)}/`.startsWith(`${resolve(path)}/`)) {
    throw new Problem('CONFIG_INVALID', `the snapshots of ${what} would lie inside the data that they keep`, {
      why: `${snapshots} is inside ${path}`,
      next: 'give another folder for snapshots',
    });
  }
  const run = <T>(ctx: DataContext, doing: string, job: (ctx: DataContext, live: string) => Promise<T>): Promise<T> =>
    withDataProblem(`${doing} ${what} failed`, async () =>
      job({ ...ctx, signal: limited(ctx.signal, limitMs, `${doing} ${what}`) }, await resolveLive(path)),
    );
  const roomFor = async (live: string, signal: AbortSignal) =>
    roomAt(snapshots, treeBytes(await listTree(live, signal)));
  return {
    kind: 'directory',
    what,
    fingerprint: (outer) =>
      run(outer, 'reading', async (ctx, live) => treeFingerprint(await scanTree(live, ctx.signal))),
    room: (outer) => run(outer, 'measuring', (ctx, live) => roomFor(live, ctx.signal)),
    snapshot: (outer, id) =>
      run(outer, 'the snapshot of', async (ctx, live) => {
        const existing = await findSnapshot(snapshots, id, ctx.signal);
        if (existing) return existing;
        await refuseMounts(live);
        await refuseUnfinished(live);
        requireRoom(await roomFor(live, ctx.signal), `a snapshot of ${what}`, snapshots);
        return writeSnapshot(snapshots, id, 'directory', ctx.signal, (folder) => copyStable(live, folder, ctx));
      }),
    find: (outer, id) => run(outer, 'looking for a snapshot of', (ctx) => findSnapshot(snapshots, id, ctx.signal)),
    verify: (outer, snapshot) =>
      run(outer, 'the test restore of', async (ctx) => {
        const { tree } = await readRecorded(snapshot, ctx.signal);
        requireRoom(await roomAt(snapshots, treeBytes(tree)), `a test restore of ${what}`, snapshots);
        return withSideFolder(snapshots, `verify-${snapshot.id}`, async (side) => {
          await copyTree(dataFolder(snapshot.path), join(side, 'data'), tree, ctx.signal);
          const restored = treeFingerprint(await scanTree(join(side, 'data'), ctx.signal));
          if (restored.content === snapshot.fingerprint.content) return restored;
          throw damaged(snapshot.path, 'a test restore reads back differently');
        });
      }),
    restore: (outer, snapshot) =>
      run(outer, 'restoring', async (ctx, live) => {
        const { tree } = await readRecorded(snapshot, ctx.signal);
        await refuseMounts(live);
        return swapDirectory({ from: dataFolder(snapshot.path), tree, path: live, signal: ctx.signal });
      }),
    writesSince: (outer, snapshot) =>
      run(outer, 'comparing', async (ctx, live) => {
        const { tree } = await readRecorded(snapshot, ctx.signal);
        return { count: treeDifferences(tree, await scanTree(live, ctx.signal)).length, unit: 'files' };
      }),
    remove: (outer, id) => run(outer, 'removing a snapshot of', () => removeSnapshot(snapshots, id)),
  };
}
