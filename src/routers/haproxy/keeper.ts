/** Looks after a running HAProxy: brings it back, follows each of its workers, and sees requests that hang. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isProblem } from '../../core/errors.ts';

export interface Care {
  readonly isUp: () => boolean;
  /** Rejects when it could not be brought back; asked again after a pause. */
  readonly restart: () => Promise<void>;
  /** One look at what runs. */
  readonly look: () => Promise<void>;
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Runs until the signal is aborted. */
export async function keepUp({ isUp, restart, look, say }: Care, signal: AbortSignal): Promise<void> {
  let pause = LOOK_EVERY_MS;
  while (!signal.aborted) {
    try {
      if (isUp()) await look();
      else {
        say('HAProxy is gone, or its socket: starting it again');
        await restart();
      }
      pause = LOOK_EVERY_MS;
    } catch (error) {
      // A look that fails shows itself in the next: only what cannot be mended is told.
      if (!isProblem(error)) throw error;
      if (!isUp()) say(describeError(error));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
