/** Runs the user's install and build commands: streamed, logged, limited, and findable should we die meanwhile. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { Problem } from '../../core/errors.ts';
import { formatDuration } from '../../util/duration.ts';
import type { ExecResult } from '../../util/exec.ts';
import { writeFileDurably } from '../../util/files.ts';
import { bootId, processStart } from '../../util/processes.ts';
import type { TargetContext } from '../target.ts';
import type { Checkout } from './checkout.ts';

export interface UserCommand {
  readonly what: 'install' | 'build';
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** What `command.json` says: the process group that works in a release's folder. */
export interface CommandRecord {
  readonly boot: string;
  readonly pid: number;
  readonly start: string;
}

/**
 * Lets the user's command begin only when its process group is on record: were we killed in between,
 * it would run on where nobody finds it. It gives up by itself when no record comes.
 */
const AFTER_RECORD = `
tries=0
while [ ! -e "$2" ]; do
  tries=$((tries + 1))
  [ "$tries" -gt 500 ] && exit 75
  sleep 0.01
done
exec sh -c "$1"`;

/** The reason of the abort where it is one for people (a step's time limit), else that it was interrupted. */
export function aborted(signal: AbortSignal, what: string): Problem {
  if (signal.reason instanceof Problem) return signal.reason;
  return new Problem('INTERRUPTED', `${what} was interrupted`, { retry: 'later' });
}

function failure(ctx: TargetContext, command: UserCommand, result: ExecResult): Problem {
  const details = result.tail;
  if (result.ended === 'aborted') return aborted(ctx.signal, `The ${command.what}`);
  if (result.ended === 'timeout') {
    return new Problem('TIMEOUT', `The ${command.what} did not end within ${formatDuration(command.limitMs)}`, {
      why: `\`${command.line}\` was still running and was ended with everything it had started`,
      next: `run \`${command.line}\` yourself, or raise limits.${command.what} in the configuration`,
      details,
    });
  }
  const how = result.code === null ? 'was ended by a signal' : `exited with ${result.code}`;
  return new Problem('BUILD_FAILED', `The ${command.what} failed`, {
    why: `\`${command.line}\` ${how}`,
    next: 'fix it, commit, and deploy again',
    retry: 'after-change',
    details,
  });
}

/** @throws Problem BUILD_FAILED, TIMEOUT, INTERRUPTED; `details` carries the last lines, redacted. */
export async function runUserCommand(ctx: TargetContext, folder: Checkout, command: UserCommand): Promise<void> {
  const log = openSync(folder.buildLog, 'a', 0o600);
  const note = (line: string) => {
    writeSync(log, `${line}\n`);
    ctx.say(line);
  };
  try {
    rmSync(folder.command, { force: true });
    writeSync(log, `$ ${command.line}\n`);
    const result = await ctx.exec(['sh', '-c', AFTER_RECORD, 'belay', command.line, folder.command], {
      cwd: folder.tree,
      env: command.env,
      limitMs: command.limitMs,
      signal: ctx.signal,
      onLine: note,
      onStart: (pid) => recordCommand(folder, pid),
    });
    if (result.ended !== 'exit' || result.code !== 0) throw failure(ctx, command, result);
  } finally {
    closeSync(log);
    rmSync(folder.command, { force: true });
  }
}

function recordCommand(folder: Checkout, pid: number): void {
  const record: CommandRecord = { boot: bootId(), pid, start: processStart(pid) ?? '' };
  writeFileDurably(folder.command, JSON.stringify(record));
}
