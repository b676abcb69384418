/** Memory of a group of processes, as Linux counts it; elsewhere nobody can tell. */
import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;

/**
 * Bytes that the group holds: its proportional share of what is shared with others where that may be read, else the
 * resident pages. Null where there is no `/proc`, or no such group.
 */
export function groupMemory(group: number): number | null {
  try {
    const members = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
    const bytes = members.map((pid) => proportional(pid) ?? resident(pid));
    return members.length === 0 ? null : bytes.reduce((sum, one) => sum + one, 0);
  } catch {
    return null;
  }
}

function read(pid: string, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile, or is another user's.
    return null;
  }
}

/** Null for what is gone; a zombie is. */
function groupOf(pid: string): number | null {
  const stat = read(pid, 'stat') ?? '';
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const [state = 'X', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' || group === undefined ? null : Number(group);
}

function proportional(pid: string): number | null {
  const kilobytes = /^Pss: +(\d+) kB$/m.exec(read(pid, 'smaps_rollup') ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}

const resident = (pid: string): number => Number(read(pid, 'statm')?.split(' ')[1] ?? 0) * PAGE_BYTES;
