/**
 * Follows HAProxy's ring of requests, of the running worker and of those before it that still have some. A new worker
 * is read from its beginning: what it wrote before we came is in its ring.
 */
import { connect, type Socket } from 'node:net';
import { unreachable } from './control-socket.ts';
import { createLineReader, type TakeLine } from './line-reader.ts';

export interface EventStream {
  /** Follows the worker that answers there. @throws Problem TARGET_UNREACHABLE */
  follow(socket: string, from: 'beginning' | 'now'): Promise<void>;
  /** Process id of the newest worker that is followed; null when none is. */
  worker(): number | null;
  close(): void;
}

export interface EventReader {
  /** The bytes are overwritten when it returns. */
  readonly line: TakeLine;
  /** The newest worker went away, and what it wrote last may not have arrived. */
  readonly broken: () => void;
}

const FOLLOWED_WITHIN_MS = 5_000;
/** Lines are taken together: HAProxy writes at each request, and to wake up as often costs both more than the lines. */
const TOGETHER_MS = 20;
/** Bytes taken at once, into the same place each time. */
const AT_ONCE = 262_144;

interface Following {
  readonly take: TakeLine;
  /** Whether what comes next must not wait. */
  readonly eager: () => boolean;
}

/** What comes first is handed over at once; the rest stays where it is for a while, where nobody is woken by it. */
function openWire(socket: string, { take, eager }: Following): Socket {
  const lines = createLineReader(take);
  let pause: NodeJS.Timeout | undefined;
  const callback = (count: number, buffer: Uint8Array) => {
    lines.read(Buffer.from(buffer.buffer, buffer.byteOffset, count));
    // There is more, and it must not fall behind.
    if (count === AT_ONCE || eager()) return true;
    pause = setTimeout(() => wire.resume(), TOGETHER_MS);
    return false;
  };
  const wire = connect({ path: socket, onread: { buffer: Buffer.allocUnsafe(AT_ONCE), callback } });
  wire.once('close', () => clearTimeout(pause));
  return wire;
}

const PID = /^Pid: (\d+)/;

export function createEventStream(ring: string, reader: EventReader): EventStream {
  const wires = new Set<Socket>();
  let newest: { readonly pid: number; readonly wire: Socket } | null = null;

  function ended(wire: Socket): void {
    wires.delete(wire);
    if (newest?.wire !== wire) return;
    newest = null;
    reader.broken();
  }

  return {
    worker: () => newest?.pid ?? null,
    follow: (socket, from) =>
      new Promise((resolve, reject) => {
        // One connection, one worker: its process id comes first, then its requests.
        const options = from === 'now' ? '-w -n' : '-w';
        let pid: number | null = null;
        const head: TakeLine = (bytes, start, end) => {
          pid ??= Number(PID.exec(bytes.toString('latin1', start, end))?.[1] ?? Number.NaN);
          if (Number.isNaN(pid)) return void (pid = null);
          clearTimeout(late);
          newest = { pid, wire };
          resolve();
        };
        const take: TakeLine = (bytes, start, end) => (pid === null ? head : reader.line)(bytes, start, end);
        const wire = openWire(socket, { take, eager: () => newest?.wire !== wire });
        wire.once('connect', () => wire.write(`show info;show events ${ring} ${options}\n`));
        const late = setTimeout(() => wire.destroy(new Error('no answer')), FOLLOWED_WITHIN_MS);
        wires.add(wire);
        wire.once('error', (error) => reject(unreachable(socket, error)));
        wire.once('close', () => {
          clearTimeout(late);
          reject(unreachable(socket, new Error('it closed the connection')));
          ended(wire);
        });
      }),
    close() {
      newest = null;
      for (const wire of wires) wire.destroy();
    },
  };
}
