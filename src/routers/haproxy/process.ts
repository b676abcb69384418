/** The HAProxy process that Belay owns: found again after our own restart, started, reloaded, watched, ended. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../core/errors.ts';
import { bootId, isRunning, processStart, type ProcessIdentity } from '../../util/processes.ts';
import { tell } from './control-socket.ts';
import type { HaproxyHost } from './host.ts';
import type { HaproxyPaths } from './options.ts';
import type { HaproxyProgram } from './program.ts';
import { replaceFile } from './replace-file.ts';

type Identity = ProcessIdentity & { readonly boot: string };

const START_MS = 10_000;
const LOOK_EVERY_MS = 20;
const KILL_AFTER_MS = 3_000;

export function createHaproxyProcess(paths: HaproxyPaths, program: HaproxyProgram): HaproxyHost {
  let identity: Identity | null = null;
  const runs = () => identity !== null && identity.boot === bootId() && isRunning(identity);

  async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + START_MS;
    for (;;) {
      if (await look()) return;
      if (!runs() || performance.now() > deadline) throw failed(what, paths.log);
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Process id of the worker that takes new connections; null when nobody answers. */
  async function worker(): Promise<string | null> {
    const info = existsSync(paths.socket) ? await tell(paths.socket, 'show info').catch(() => '') : '';
    return /^Pid: (\d+)$/m.exec(info)?.[1] ?? null;
  }

  /** Before that it would not hear a signal. */
  async function masterListens(): Promise<boolean> {
    return (
      existsSync(paths.master) && (await tell(paths.master, 'show proc', 'quit').catch(() => '')).includes('worker')
    );
  }

  async function ended(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (runs() && performance.now() < deadline) await delay(LOOK_EVERY_MS);
  }

  async function stop(): Promise<void> {
    if (identity === null) return;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (runs()) send(-identity.pid, signal);
      await ended(KILL_AFTER_MS);
    }
    identity = null;
  }

  return {
    isUp: () => runs() && existsSync(paths.socket),
    restarts: true,
    // One that runs and does not answer is ended.
    async adopt() {
      identity = readIdentity(paths.identity);
      if (!runs()) return false;
      if ((await worker()) !== null) return true;
      await stop();
      return false;
    },
    async start() {
      await stop();
      await program.check(paths.config);
      const log = openSync(paths.log, 'a', 0o600);
      const argv = ['-W', '-q', '-f', paths.config, '-S', `${paths.master},mode,600`];
      // A group of its own, so that it outlives us; the guardian brings us back to it.
      const child = spawn(await program.path(), argv, { detached: true, stdio: ['ignore', log, log] });
      closeSync(log);
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      child.unref();
      const pid = child.pid ?? 0;
      identity = { pid, start: processStart(pid) ?? '', boot: bootId() };
      replaceFile(paths.identity, JSON.stringify(identity));
      await until('start', async () => (await worker()) !== null && (await masterListens())).catch(
        async (error: unknown) => {
          // Half started, it would hold the port.
          await stop();
          throw error;
        },
      );
    },
    async reload() {
      await program.check(paths.config);
      const before = await worker();
      send(identity?.pid ?? 0, 'SIGUSR2');
      await until('take the new configuration', async () => {
        const now = await worker();
        return now !== null && now !== before;
      });
    },
    async finish() {
      send(identity?.pid ?? 0, 'SIGUSR1');
      const deadline = performance.now() + START_MS;
      // Its sockets close together.
      while (runs() && (await worker()) !== null && performance.now() < deadline) await delay(LOOK_EVERY_MS);
    },
    ended,
    stop,
  };
}

function readIdentity(path: string): Identity | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Identity;
  } catch {
    // Never started, or torn by a crash: then there is nobody to find.
    return null;
  }
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    if (target !== 0) process.kill(target, signal);
  } catch {
    // Already gone.
  }
}

function failed(what: string, log: string): Problem {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5) : [];
  return new Problem('TARGET_FAILED', `HAProxy did not ${what}`, {
    why: lines.findLast((line) => line.includes('[ALERT]')) ?? 'It did not answer in time.',
    next: `tail ${log}`,
    details: lines,
  });
}
