/** Runs the real daemon for a test file, in a process of its own and a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDaemon } from '../../../src/daemon/client.ts';
import type { DaemonClient } from '../../../src/daemon/protocol.ts';
import { BASE } from './setup.ts';

export interface RunningDaemon {
  readonly connect: () => Promise<DaemonClient>;
  /** Ends every application that it runs, so that tests do not see those of others. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const FENCE = { environment: 'test', token: 1, nonce: 'nonce' };

export async function startDaemon(): Promise<RunningDaemon> {
  const root = mkdtempSync(join(tmpdir(), 'belay-daemon-'));
  const home = join(root, 'home');
  const socketBase = join(root, 'run');
  mkdirSync(socketBase, { mode: 0o700 });
  let child: ChildProcess | undefined;
  const launch = () => {
    const program = join(import.meta.dirname, 'daemon-process.ts');
    const argv = ['--import', 'jiti/register', program, home, socketBase];
    child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'], env: BASE });
  };
  const client = await connectDaemon({ home, socketBase, version: '0.1.0', spawn: launch, limitMs: 30_000 });
  const clear = async () => {
    for (const app of (await client.info()).apps) {
      const state = await client.app(app);
      await client.route(app, FENCE, {});
      for (const { release } of state?.processes ?? []) await client.forget(app, FENCE, release);
    }
  };
  return {
    connect: () => Promise.resolve(client),
    clear,
    async stop() {
      await clear();
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      await client.shutdown();
      await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}
