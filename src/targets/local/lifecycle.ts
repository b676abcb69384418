/** Brings a release up and down: the daemon owns the process, so that it outlives the command line. */
import type { ReleaseRef } from '../../core/release.ts';
import { groupMemory } from '../../util/process-memory.ts';
import type { Lifecycle, TargetContext } from '../target.ts';
import type { LocalSetup } from './options.ts';
import { choosePort } from './ports.ts';
import { releaseFolder, requireRecord } from './release-folder.ts';
import { isUp, processOf, supervised } from './supervised.ts';

export function createLifecycle(setup: LocalSetup): Lifecycle {
  return {
    start: (ctx, release) => startRelease(ctx, setup, release),
    async stop(ctx, release) {
      const { name, client } = await supervised(setup);
      await client.stop(name, ctx.fence, release.id);
    },
    async memory(_ctx, release) {
      const pid = processOf((await supervised(setup)).state, release.id)?.pid;
      return pid ? groupMemory(pid) : null;
    },
    async running(_ctx, release) {
      return isUp((await supervised(setup)).state, release.id);
    },
  };
}

async function startRelease(ctx: TargetContext, setup: LocalSetup, release: ReleaseRef): Promise<void> {
  const record = requireRecord(setup.home, release);
  const folder = releaseFolder(setup.home, release.id);
  const { name, client, state } = await supervised(setup);
  if (isUp(state, release.id)) return;
  const others = (state?.processes ?? []).filter((process) => process.release !== release.id);
  const port = await choosePort(
    record.ports,
    new Set([record.port, setup.options.port, ...others.map((one) => one.port)]),
  );
  await client.start(name, ctx.fence, {
    release: release.id,
    cwd: folder.tree,
    command: record.start,
    env: { ...setup.base, ...record.env, PORT: String(port) },
    port,
    logFile: folder.appLog,
    drainMs: record.drainMs,
    streamsMs: record.streamsMs,
    killAfterMs: record.killAfterMs,
  });
}
