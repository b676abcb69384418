/** Tells one process from another, over restarts of the machine and reuse of process ids. Linux `/proc`; elsewhere by `ps`. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the kernel's unit: a reused pid has another one. */
  readonly start: string;
}

/** Only where there is no `/proc`: loading child_process costs more than all the rest of a `belay status`. */
function ask(program: string, ...args: readonly string[]): string {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}

/** Random per boot, so that a pid of before a reboot is never taken for one of now. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ask('sysctl', '-n', 'kern.boottime');
  }
}

/** Start time of a process; null when there is none. A zombie counts as gone. */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    if (process.platform === 'linux') return null;
  }
  try {
    return ask('ps', '-o', 'lstart=', '-p', String(pid)) || null;
  } catch {
    return null;
  }
}

export function isRunning(identity: ProcessIdentity): boolean {
  return processStart(identity.pid) === identity.start;
}

export function self(): ProcessIdentity {
  return { pid: process.pid, start: processStart(process.pid) ?? '' };
}
