/** Starts the daemon in the background, under a guardian that brings it back whatever ends it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { guardianCommand } from './guardian.ts';

export interface SpawnOptions {
  readonly home: string;
  /** The whole command that runs the daemon, program first. */
  readonly argv: readonly string[];
  /** The daemon's and the guardian's own lines. */
  readonly logFile: string;
  /** The daemon's environment; that of this process when absent. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Node flags for the daemon's argv: a small young generation takes a quarter off its memory under uploads
 * (99 to 75 MB measured). The old generation keeps its limit: thousands of WebSockets need what they need.
 */
export const DAEMON_NODE_FLAGS = ['--max-semi-space-size=2'] as const;

/** Returns the guardian's process id; it outlives this process. */
export function spawnDaemon({ home, argv, logFile, env }: SpawnOptions): number | undefined {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  try {
    const [shell, ...args] = guardianCommand('start', argv);
    const guardian = spawn(shell, args, {
      cwd: home,
      detached: true,
      stdio: ['ignore', log, log],
      ...(env ? { env } : {}),
    });
    guardian.unref();
    return guardian.pid;
  } finally {
    closeSync(log);
  }
}
