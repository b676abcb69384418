/** Makes a release: source, dependencies, build; its record is written last, so that half a release is none. */
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import { aborted, runUserCommand } from '../checkout/command.ts';
import { installDependencies } from '../checkout/install.ts';
import { endLeftCommand } from '../checkout/leftovers.ts';
import type { LocalOptions, LocalSetup } from './options.ts';
import {
  foldersOf,
  readRecord,
  refOf,
  releaseFolder,
  releaseId,
  releasesHome,
  writeRecord,
  type ReleaseFolder,
} from './release-folder.ts';
import { unpackSource } from '../checkout/unpack.ts';

const SYNC_LIMIT_MS = 60_000;

/** @throws Problem SOURCE_INVALID, BUILD_FAILED, TIMEOUT, NO_ROOM, INTERRUPTED, TOOL_MISSING */
export async function stageRelease(ctx: TargetContext, setup: LocalSetup): Promise<ReleaseRef> {
  const found = await findStaged(ctx, setup);
  if (found) return found;
  if (ctx.signal.aborted) throw aborted(ctx.signal, 'Staging');
  const { home, options } = setup;
  for (const left of foldersOf(home, ctx.deployment)) await removeFolder(left);
  await mkdir(releasesHome(home), { recursive: true, mode: 0o700 });
  await requireRoom(home, options.minFreeBytes);
  const folder = releaseFolder(home, releaseId(ctx.source, ctx.deployment));
  await mkdir(folder.tree, { recursive: true, mode: 0o700 });
  try {
    return await make(ctx, home, options, folder);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom(home, 0, error) : error;
  }
}

async function make(
  ctx: TargetContext,
  home: string,
  options: LocalOptions,
  folder: ReleaseFolder,
): Promise<ReleaseRef> {
  await unpackSource(ctx, options.source, folder);
  const installKey = await installDependencies(ctx, home, options, folder);
  if (options.build !== undefined) {
    const { build: line, env, buildLimitMs: limitMs } = options;
    await runUserCommand(ctx, folder, { what: 'build', line, env, limitMs });
  }
  if (ctx.signal.aborted) throw aborted(ctx.signal, 'Staging');
  await syncTree(ctx, folder);
  writeRecord(folder, {
    id: folder.id,
    deployment: ctx.deployment,
    commit: ctx.source.commit,
    stagedAt: new Date().toISOString(),
    start: options.start,
    env: options.env,
    host: options.host,
    port: options.port,
    ...(options.ports ? { ports: options.ports } : {}),
    probe: options.probe,
    drainMs: options.drainMs,
    streamsMs: options.streamsMs,
    killAfterMs: options.killAfterMs,
    ...(installKey === null ? {} : { installKey }),
  });
  return refOf({ ...(readRecord(folder) as NonNullable<ReturnType<typeof readRecord>>) });
}

/** The record must not outlive a power loss that the files it vouches for do not. */
async function syncTree(ctx: TargetContext, folder: ReleaseFolder): Promise<void> {
  const argv: [string, ...string[]] = process.platform === 'linux' ? ['sync', '-f', folder.path] : ['sync'];
  const result = await ctx.exec(argv, { signal: ctx.signal, limitMs: SYNC_LIMIT_MS });
  if (result.ended === 'aborted') throw aborted(ctx.signal, 'Staging');
  if (result.code !== 0) {
    throw new Problem('TARGET_FAILED', `Release ${folder.id} cannot be written to disk`, {
      why: `sync: ${result.tail.at(-1) ?? result.ended}`,
      retry: 'later',
    });
  }
}

/** The completed release of this deployment; a build that its stage left running is ended first. */
export async function findStaged(ctx: TargetContext, setup: LocalSetup): Promise<ReleaseRef | null> {
  for (const folder of foldersOf(setup.home, ctx.deployment)) {
    if (await endLeftCommand(folder)) ctx.say(`ended a build that an interrupted deployment left in ${folder.id}`);
    const record = readRecord(folder);
    if (record?.deployment === ctx.deployment) return refOf(record);
  }
  return null;
}

/** The record goes first: what is left by a crash in between is not taken for a release. */
export async function removeFolder(folder: ReleaseFolder): Promise<void> {
  await endLeftCommand(folder);
  await rm(folder.record, { force: true });
  await rm(folder.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

async function requireRoom(home: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  if (bavail * bsize < needed) throw noRoom(home, bavail * bsize);
}

function noRoom(home: string, free: number, cause?: unknown): Problem {
  return new Problem('NO_ROOM', `Not enough room in ${home} for another release`, {
    why: `${Math.floor(free / 1024 / 1024)} MiB are free`,
    next: `df -h ${home}`,
    retry: 'after-change',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether a release could be started: its record and its files are there. */
export function isKept(home: string, release: ReleaseRef): boolean {
  const folder = releaseFolder(home, release.id);
  return readRecord(folder) !== null && existsSync(folder.tree);
}
