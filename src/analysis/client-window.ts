/**
 * Who was heard in this minute. Retries and sticky clients repeat their fate: without this nine good releases in ten
 * are taken back (canary.md B1). Memory is bounded: a client is a cell of a fixed table, so two clients may share
 * one, and the later is then taken for a repetition. That depends on neither arm nor outcome: it costs evidence on
 * sites with more than some thousand clients a minute, which have plenty, and never the guarantee.
 */

const CELLS = 2 ** 14;
const WORDS = CELLS / 32;

export interface ClientWindowState {
  readonly minute: number;
  /** Hexadecimal bit tables; empty while nobody was named. */
  readonly seen: string;
  readonly failed: string;
  readonly ever: string;
}

export interface Admission {
  readonly cell: number;
  /** `failed`: heard before in this minute, and this is the first thing that went wrong. */
  readonly as: 'new' | 'failed' | 'repeated';
  /** Never heard in this rollout: where it was sent is a fresh draw of the router. */
  readonly fresh: boolean;
}

export interface ClientWindow {
  admit(client: string, minute: number, bad: boolean): Admission;
  state(): ClientWindowState;
}

export function createClientWindow(state?: ClientWindowState): ClientWindow {
  let minute = state?.minute ?? -1;
  const seen = readBits(state?.seen);
  const failed = readBits(state?.failed);
  const ever = readBits(state?.ever);
  let heard = countBits(ever);
  return {
    admit: (client, now, bad) => {
      if (now !== minute) {
        minute = now;
        seen.fill(0);
        failed.fill(0);
      }
      const cell = cellOf(client);
      const known = testAndSet(seen, cell);
      const failedBefore = bad ? testAndSet(failed, cell) : true;
      const fresh = heard < CELLS / 2 && !testAndSet(ever, cell);
      if (fresh) heard += 1;
      return { cell, as: !known ? 'new' : failedBefore ? 'repeated' : 'failed', fresh };
    },
    state: () => ({ minute, seen: writeBits(seen), failed: writeBits(failed), ever: writeBits(ever) }),
  };
}

/** What several windows over disjoint requests know together; the minute is the latest. */
export function mergeClientWindows(states: readonly ClientWindowState[]): ClientWindowState {
  const minute = Math.max(...states.map((state) => state.minute));
  const latest = states.filter((state) => state.minute === minute);
  const union = (tables: readonly string[]): string => {
    const read = tables.map((table) => readBits(table));
    return writeBits(
      Uint32Array.from({ length: WORDS }, (_, i) => read.reduce((word, bits) => word | (bits[i] ?? 0), 0)),
    );
  };
  return {
    minute,
    seen: union(latest.map((state) => state.seen)),
    failed: union(latest.map((state) => state.failed)),
    ever: union(states.map((state) => state.ever)),
  };
}

/** FNV-1a. */
function cellOf(client: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < client.length; i += 1) hash = Math.imul(hash ^ client.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return (hash >>> 0) % CELLS;
}

function testAndSet(bits: Uint32Array, cell: number): boolean {
  const word = bits[cell >>> 5] ?? 0;
  const mask = 1 << (cell & 31);
  bits[cell >>> 5] = word | mask;
  return (word & mask) !== 0;
}

function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count += 1;
  return count;
}

function writeBits(bits: Uint32Array): string {
  if (bits.every((word) => word === 0)) return '';
  return Array.from(bits, (word) => word.toString(16).padStart(8, '0')).join('');
}

function readBits(written = ''): Uint32Array {
  const bits = new Uint32Array(WORDS);
  for (let i = 0; 8 * i < written.length; i += 1) bits[i] = Number.parseInt(written.slice(8 * i, 8 * i + 8), 16);
  return bits;
}
