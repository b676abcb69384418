/** Removes releases: what a deployment made and nobody wants, and what is older than anyone would go back to. */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { TargetContext } from '../target.ts';
import { installsHome } from '../checkout/install.ts';
import type { LocalSetup } from './options.ts';
import {
  folders,
  foldersOf,
  readRecord,
  releaseFolder,
  type ReleaseFolder,
  type ReleaseRecord,
} from './release-folder.ts';
import { removeFolder } from './stage.ts';
import { processOf, shareOf, supervised, type Supervised } from './supervised.ts';

/** Never the live one. @throws Problem TARGET_FAILED */
export async function discardRelease(ctx: TargetContext, setup: LocalSetup, release: ReleaseRef | null): Promise<void> {
  const made = foldersOf(setup.home, ctx.deployment);
  const named =
    release && !made.some((folder) => folder.id === release.id) ? [releaseFolder(setup.home, release.id)] : [];
  for (const folder of [...made, ...named]) {
    // Half a release was never started, so the daemon (which may be the thing that fails) is not asked.
    if (readRecord(folder) || release) await forgetProcess(ctx, await supervised(setup), folder.id);
    await removeFolder(folder);
  }
}

async function forgetProcess(ctx: TargetContext, { name, client, state }: Supervised, release: string): Promise<void> {
  if (shareOf(state, release) > 0) {
    throw new Problem('TARGET_FAILED', `Release ${release} is not removed`, {
      why: 'it still takes traffic',
      next: 'belay status',
    });
  }
  if (processOf(state, release)) await client.forget(name, ctx.fence, release);
}

interface Kept {
  readonly folder: ReleaseFolder;
  readonly record: ReleaseRecord;
}

/** Keeps the newest, those in `keep`, and any with traffic or a running process. Returns the ids removed. */
export async function pruneReleases(ctx: TargetContext, setup: LocalSetup, keep: readonly string[]): Promise<string[]> {
  const daemon = await supervised(setup);
  const complete: Kept[] = [];
  for (const folder of folders(setup.home)) {
    const record = readRecord(folder);
    if (record) complete.push({ folder, record });
    else if (!foldersOf(setup.home, ctx.deployment).some((own) => own.id === folder.id)) await removeFolder(folder);
  }
  complete.sort((a, b) => (a.record.stagedAt < b.record.stagedAt ? 1 : -1));
  const old = complete.slice(setup.options.keep).filter(({ folder: { id } }) => {
    const state = processOf(daemon.state, id)?.state ?? 'stopped';
    return !keep.includes(id) && shareOf(daemon.state, id) === 0 && (state === 'stopped' || state === 'crash-loop');
  });
  for (const { folder } of old) {
    await forgetProcess(ctx, daemon, folder.id);
    await removeFolder(folder);
  }
  await pruneInstalls(
    setup.home,
    complete.filter((one) => !old.includes(one)),
  );
  return old.map(({ folder }) => folder.id);
}

/** A cached install is kept as long as a kept release was made from it. */
async function pruneInstalls(home: string, kept: readonly Kept[]): Promise<void> {
  const root = installsHome(home);
  if (!existsSync(root)) return;
  const used = new Set(kept.map(({ record }) => record.installKey));
  for (const name of readdirSync(root)) {
    if (!used.has(name)) await rm(join(root, name), { recursive: true, force: true });
  }
}
