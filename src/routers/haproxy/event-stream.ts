/**
 * Follows HAProxy's ring of requests, of the running worker and of those before it that still have some. A new worker
 * is read from its beginning: what it wrote before we came is in its ring.
 */
import { connect, type Socket } from 'node:net';
import { unreachable } from './control-socket.ts';

export interface EventStream {
  /** Follows the worker that answers there. @throws Problem TARGET_UNREACHABLE */
  follow(socket: string, from: 'beginning' | 'now'): Promise<void>;
  /** Process id of the newest worker that is followed; null when none is. */
  worker(): number | null;
  close(): void;
}

export interface EventReader {
  readonly line: (line: string) => void;
  /** The newest worker went away, and what it wrote last may not have arrived. */
  readonly broken: () => void;
}

const FOLLOWED_WITHIN_MS = 5_000;
/** Lines are taken together: HAProxy writes into the socket at each request, and to read as often costs more than the lines. */
const TOGETHER_MS = 20;
/** Bytes: there is more, and it must not wait. */
const PLENTY = 16_384;

/**
 * Hands over whole lines: at once while there is plenty or `eager` says so, else those of a while together. All that is
 * there each time: what stays behind would wait for the next request.
 */
function takeLines(wire: Socket, take: (line: string) => void, eager: () => boolean): void {
  let rest = '';
  let plenty = false;
  let pause: NodeJS.Timeout | undefined;
  const takeAll = () => {
    pause = undefined;
    let taken = 0;
    for (let part = read(wire); part !== null; part = read(wire)) {
      taken += part.length;
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    }
    plenty = taken >= PLENTY;
  };
  wire.on('readable', () => {
    if (plenty || eager()) takeAll();
    else pause ??= setTimeout(takeAll, TOGETHER_MS);
  });
}

function read(wire: Socket): string | null {
  return wire.read() as string | null;
}

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
        const wire = connect(socket, () => wire.write(`show info;show events ${ring} ${options}\n`));
        const late = setTimeout(() => wire.destroy(new Error('no answer')), FOLLOWED_WITHIN_MS);
        wires.add(wire);
        wire.setEncoding('latin1');
        const take = (line: string) => {
          if (!line.startsWith('Pid: ')) return reader.line(line);
          clearTimeout(late);
          newest = { pid: Number(line.slice(5)), wire };
          resolve();
        };
        takeLines(wire, take, () => newest?.wire !== wire);
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
