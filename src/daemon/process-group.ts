/** Signals to a whole process group: what an application has started ends with it. */
import { setTimeout as delay } from 'node:timers/promises';
import { processStart } from '../util/processes.ts';
import { groupLives } from './process-table.ts';

const LOOK_EVERY_MS = 20;
/** SIGKILL cannot be refused, but a process in an uninterruptible disk wait ends only when that is over. */
const AFTER_KILL_MS = 5_000;

/** False when there is no such process any more. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  return send(pid, signal);
}

/** False when the group has nobody left. Signal 0 only asks. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  return send(-leader, signal);
}

function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    // EPERM: somebody is there who changed its user; it counts as alive.
    return true;
  }
}

/** SIGTERM, then SIGKILL to whatever is left. True when the group is gone. */
export async function endGroup(leader: number, killAfterMs: number): Promise<boolean> {
  if (!signalGroup(leader, 'SIGTERM')) return true;
  if (await untilGone(leader, killAfterMs)) return true;
  signalGroup(leader, 'SIGKILL');
  return untilGone(leader, AFTER_KILL_MS);
}

function isAlive(leader: number): boolean {
  if (!signalGroup(leader, 0)) return false;
  return processStart(leader) !== null || process.platform !== 'linux' || groupLives(leader);
}

async function untilGone(leader: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isAlive(leader)) {
    if (performance.now() >= deadline) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}
