/** Ends what an interrupted stage left running: a build whose command line was killed goes on by itself. */
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../core/errors.ts';
import { bootId, isRunning } from '../../util/processes.ts';
import type { CommandRecord } from './command.ts';
import type { Checkout } from './checkout.ts';

const GONE_WITHIN_MS = 5_000;

/** Living processes of a group; zombies do not count. */
function groupMembers(group: number): number[] {
  if (process.platform !== 'linux') return psMembers(group);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(pgrp) === group && state !== 'Z' && state !== 'X';
      } catch {
        return false; // ended while we looked
      }
    });
}

function psMembers(group: number): number[] {
  return execFileSync('ps', ['-axo', 'pid=,pgid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, pgid, state]) => Number(pgid) === group && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}

function worksIn(pid: number, path: string): boolean {
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    return cwd === path || cwd.startsWith(`${path}/`);
  } catch {
    return false;
  }
}

/**
 * The processes that are certainly ours: the whole group while its leader is the recorded process;
 * else, as the number may have been given to others since, only members that work in the folder.
 */
function ours(folder: Checkout, record: CommandRecord): number[] {
  const members = groupMembers(record.pid);
  return isRunning(record) ? members : members.filter((pid) => worksIn(pid, folder.path));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills the recorded build of a folder and waits until it is gone. True when there was one. @throws Problem TARGET_FAILED */
export async function endLeftCommand(folder: Checkout): Promise<boolean> {
  if (!existsSync(folder.command)) return false;
  const record = JSON.parse(readFileSync(folder.command, 'utf8')) as CommandRecord;
  const found = record.boot === bootId() ? ours(folder, record) : [];
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (
    let left = found;
    left.length > 0;
    left = groupMembers(record.pid).filter((pid) => found.includes(pid) || worksIn(pid, folder.path))
  ) {
    if (performance.now() > deadline) {
      throw new Problem('TARGET_FAILED', `A build left by an interrupted deployment cannot be ended`, {
        why: `process ${left.join(', ')} still works in ${folder.path} after SIGKILL`,
        next: `ps -o pid,stat,args -p ${left.join(',')}`,
      });
    }
    // The whole group at one instant, so that nothing it starts meanwhile gets away.
    if (isRunning(record)) kill(-record.pid);
    else left.forEach(kill);
    await delay(10);
  }
  rmSync(folder.command, { force: true });
  return found.length > 0;
}
