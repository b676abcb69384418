/** Time as the core needs it: passed in, so that a deployment can be simulated and replayed. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since some fixed instant; never set back, and counts while the machine is suspended. */
  now(): number;
  /** Wall clock, for people and the record only. */
  wall(): Date;
  /** Resolves early, without an error, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The kernel's uptime counts suspended time; Node's monotonic clock does not. Resolution 10 ms. */
function uptimeMs(): number | null {
  try {
    return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000;
  } catch {
    return null;
  }
}

export function systemClock(): Clock {
  const offset = (uptimeMs() ?? 0) - performance.now();
  return {
    now() {
      const monotonic = performance.now() + offset;
      const uptime = uptimeMs();
      return uptime === null ? monotonic : Math.max(monotonic, uptime);
    },
    wall: () => new Date(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
  };
}
