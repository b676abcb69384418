/** What runs on this machine, read from /proc: who works in a folder, and what an application was started as. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Null for what has ended meanwhile; a zombie counts as ended. */
function readProc<T>(pid: number, read: (folder: string) => T): T | null {
  try {
    const folder = `/proc/${pid}`;
    const stat = readFileSync(`${folder}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === 'Z' || state === 'X' ? null : read(folder);
  } catch {
    return null;
  }
}

/** Processes that work in a folder: commands, daemon, guardian, builds and applications of a scratch project. */
export function processesIn(folder: string): number[] {
  return pids().filter((pid) => {
    const cwd = readProc(pid, (proc) => readlinkSync(`${proc}/cwd`)) ?? '';
    return cwd === folder || cwd.startsWith(`${folder}/`);
  });
}

/** Process ids of the releases of a project that run now, by release: found by the mark that the daemon puts on them. */
export function runningReleases(folder: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const pid of processesIn(folder)) {
    const variables = readProc(pid, (proc) => readFileSync(`${proc}/environ`, 'utf8')) ?? '';
    const marker = /(?:^|\0)BELAY_PROCESS=([^\0]+)/.exec(variables)?.[1];
    const release = marker?.split('/').at(-1);
    if (release) found.set(release, [...(found.get(release) ?? []), pid]);
  }
  return found;
}

export function isAlive(pid: number): boolean {
  return readProc(pid, () => true) ?? false;
}

/** SIGKILL; already gone is fine. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
