/** Starts the daemon in the background, under a guardian that brings it back whatever ends it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

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

/**
 * A shell costs 1 MB where a second Node would cost 40. At once the first time, then ever slower;
 * one that lived for 10 s starts the patience anew. A guardian of a daemon that cannot start leaves
 * when a later one has come, or when the home is gone. Runs in the home.
 */
const GUARDIAN = `
wait=0
echo $$ >guardian.pid
while :; do
  began=$(date +%s)
  "$@" && exit 0
  code=$?
  [ $(($(date +%s) - began)) -ge 10 ] && wait=0
  [ -e guardian.pid ] || exit 0
  other=$(cat guardian.pid)
  [ "$other" != $$ ] && kill -0 "$other" 2>/dev/null && exit 0
  echo $$ >guardian.pid
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) the daemon ended with $code, starting it again in $wait s"
  sleep "$wait"
  wait=$((wait * 2 + 1))
  [ "$wait" -gt 60 ] && wait=60
done`;

/** Returns the guardian's process id; it outlives this process. */
export function spawnDaemon({ home, argv, logFile, env }: SpawnOptions): number | undefined {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  try {
    const guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'belay-guardian', ...argv], {
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
