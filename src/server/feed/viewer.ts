/** One browser that watches: its connection, what it wants to see, and how far behind it may fall. */
import type { ServerResponse } from 'node:http';

/** Bytes that may wait to be taken by a slow browser; beyond this it is let go, and comes back where it stood. */
const MOST_WAITING = 1024 * 1024;

export interface Wanted {
  readonly environment?: string | undefined;
  readonly deployment?: string | undefined;
}

export interface Viewer {
  readonly wanted: Wanted;
  /** False when it is gone, or was let go because it does not keep up. */
  send(bytes: Uint8Array): boolean;
  /** Resolves when what was sent has been taken, or the viewer is gone. */
  drained(): Promise<void>;
  readonly open: boolean;
  end(): void;
  onClose(closed: () => void): void;
}

export function createViewer(out: ServerResponse, wanted: Wanted): Viewer {
  let closed = false;
  out.on('close', () => (closed = true)).on('error', () => (closed = true));
  return {
    wanted,
    get open() {
      return !closed;
    },
    send(bytes) {
      if (closed) return false;
      if (out.writableLength + bytes.length > MOST_WAITING) {
        closed = true;
        out.destroy();
        return false;
      }
      out.write(bytes);
      return true;
    },
    async drained() {
      if (closed || !out.writableNeedDrain) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          out.off('drain', done).off('close', done);
          resolve();
        };
        out.on('drain', done).on('close', done);
      });
    },
    end() {
      closed = true;
      out.end();
    },
    onClose: (told) => void out.on('close', told),
  };
}
