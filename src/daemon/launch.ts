/** Starts an application so that it outlives the daemon: own session, own group, output straight into its log file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeError, Problem } from '../core/errors.ts';
import type { ProcessSpec } from './protocol.ts';

/** Marks what a daemon has started, so that it finds even what it had no time to write down. */
export const MARKER = 'BELAY_PROCESS';

/**
 * A plain command takes the shell's place, so that signals and the exit status are its own. Anything with
 * operators or assignments needs the shell to stay; the whole group gets the signals then.
 */
export function shellLine(command: string): string {
  return /[;&|<>(){}\n]|^\s*\w+=|^\s*(cd|export|\.)\s/.test(command) ? command : `exec ${command}`;
}

/** Resolves when the shell runs. @throws Problem TARGET_FAILED */
export async function launch(spec: ProcessSpec, marker: string): Promise<ChildProcess & { readonly pid: number }> {
  const failed = (error: unknown) =>
    new Problem('TARGET_FAILED', `Release ${spec.release} could not be started`, {
      why: describeError(error),
      cause: error,
    });
  let log: number | undefined;
  try {
    mkdirSync(dirname(spec.logFile), { recursive: true });
    log = openSync(spec.logFile, 'a', 0o600);
    const child = spawn('/bin/sh', ['-c', shellLine(spec.command)], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARKER]: marker },
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    if (child.pid === undefined) throw new Error('It has no process id.');
    return Object.assign(child, { pid: child.pid });
  } catch (error) {
    throw failed(error);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}
