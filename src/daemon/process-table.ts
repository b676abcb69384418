/** What the kernel knows about running processes, beyond one pid. Linux `/proc`; elsewhere it knows nothing and says so by null or none. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone meanwhile, another user's, or not Linux.
    return null;
  }
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

export function residentBytes(pid: number): number | null {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? null : Number(kib) * 1_024;
}

/** Group and state letter of a process; null when there is none. */
function groupOf(pid: number): { readonly group: number; readonly state: string } | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group: Number(group), state: state ?? '' };
}

/** Whether anybody in the group still lives. Zombies do not: where nobody reaps (a container without init) they stay for ever. */
export function groupLives(leader: number): boolean {
  return pids().some((pid) => {
    const found = groupOf(pid);
    return found !== null && found.group === leader && found.state !== 'Z' && found.state !== 'X';
  });
}

/** Processes that carry this variable in their environment; `leader` when they lead their own group. */
export function processesWith(variable: string, value: string): { readonly pid: number; readonly leader: boolean }[] {
  const entry = `${variable}=${value}`;
  return pids()
    .filter((pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(entry))
    .map((pid) => ({ pid, leader: groupOf(pid)?.group === pid }));
}

/** The process that listens on a TCP port of this machine, as `name (pid 123)`. */
export function portHolder(port: number): string | null {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (read(table) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      // State 0A is LISTEN.
      if (fields[1]?.endsWith(wanted) && fields[3] === '0A') inodes.add(`socket:[${fields[9] ?? ''}]`);
    }
  }
  if (inodes.size === 0) return null;
  const pid = pids().find((candidate) => holdsOne(candidate, inodes));
  return pid === undefined ? null : `${(read(`/proc/${pid}/comm`) ?? '').trim()} (pid ${pid})`;
}

function holdsOne(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
