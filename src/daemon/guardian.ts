/** What brings a daemon back that was killed: a shell loop around it. And the daemon's own eye on that shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../core/errors.ts';

/**
 * A shell costs 1 MB where a second Node would cost 40. At once the first time, then ever slower;
 * one that lived for 10 s starts the patience anew. A guardian of a daemon that cannot start leaves
 * when a later one has come, or when the home is gone. Runs in the home.
 *
 * `around` begins with a daemon that runs already: that one holds the other end of the standard input, says "done"
 * on it when it ends as it should, and can say nothing when it is killed.
 */
const GUARDIAN = `
wait=0
echo $$ >guardian.pid
first=$1
shift
while :; do
  began=$(date +%s)
  if [ "$first" = around ]; then
    read -r word && [ "$word" = done ] && exit 0
    code='no word'
    first=
  else
    "$@" </dev/null && exit 0
    code=$?
  fi
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

/** The guardian's command line. @param argv the whole command that runs the daemon, program first */
export function guardianCommand(first: 'start' | 'around', argv: readonly string[]): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', GUARDIAN, 'belay-guardian', first, ...argv];
}

const LOOK_EVERY_MS = 1_000;

export interface Guarded {
  /** To be called last when the daemon ends as it should, so that nobody starts it again. */
  done(): Promise<void>;
}

/** Whether the process that started this one is the guardian of the home, and not a person or a service manager. */
function isGuarded(home: string): boolean {
  try {
    return readFileSync(join(home, 'guardian.pid'), 'utf8').trim() === String(process.ppid);
  } catch {
    return false;
  }
}

/**
 * Sees to it that a daemon which was started under a guardian always has one: when that is killed, a new one is put
 * around this process. No connection notices. A daemon that nobody guards is left alone.
 */
export function keepGuarded(home: string, say: (line: string) => void): Guarded {
  if (!isGuarded(home)) return { done: async () => undefined };
  const parent = process.ppid;
  let guardian: ChildProcess | null = null;
  const look = setInterval(() => {
    if (process.ppid === parent || guardian !== null) return;
    say('the guardian is gone, starting another one');
    guardian = spawnAround(home);
    const lost = (error?: unknown) => {
      if (error !== undefined) say(`the guardian cannot be started: ${describeError(error)}`);
      guardian = null;
    };
    guardian.once('error', lost).once('exit', () => lost());
  }, LOOK_EVERY_MS);
  look.unref();
  return {
    async done() {
      clearInterval(look);
      const { stdin } = guardian ?? {};
      if (!stdin || stdin.destroyed) return;
      await new Promise<void>((resolve) => {
        stdin.once('error', () => resolve());
        stdin.end('done\n', resolve);
      });
    },
  };
}

/** Whoever is killed next, this process or that, the other notices: by its parent, or by the pipe. */
function spawnAround(home: string): ChildProcess {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const [shell, ...args] = guardianCommand('around', self);
  const guardian = spawn(shell, args, { cwd: home, detached: true, stdio: ['pipe', 'inherit', 'inherit'] });
  // A pipe that nobody reads any more is told by the guardian's end.
  guardian.stdin.on('error', () => undefined);
  guardian.unref();
  return guardian;
}
