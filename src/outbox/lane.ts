/** One channel and one environment in one process: a pass at a time, and one more when something happened meanwhile. */
import { describeError } from '../core/errors.ts';
import { type Channel, deliver, type Delivering } from './deliver.ts';
import { type Ledger, nextTime } from './ledger.ts';

/** How a channel stands with an environment after a look at it. */
export interface Standing {
  readonly channel: Channel;
  readonly environment: string;
  /** Null where the store could not be asked, or not in time. */
  readonly ledger: Ledger | null;
  /** Another process is sending. */
  readonly busy: boolean;
  readonly trouble: string | null;
}

export interface Lane {
  /** Resolves when nothing is under way any more. */
  kick(signal: AbortSignal): Promise<void>;
  /** As of the last pass. */
  standing(): Standing;
}

const BUSY_LOOK_MS = 250;

/** One pass; what goes wrong is part of the result. `from`: where a channel begins that is new. */
export async function deliverTo(
  delivering: Delivering,
  channel: Channel,
  environment: string,
  signal: AbortSignal,
  from?: number,
): Promise<Standing> {
  try {
    const pass = await deliver(delivering, channel, environment, signal, from);
    return { channel, environment, ...pass, trouble: null };
  } catch (error) {
    return { channel, environment, ledger: null, busy: false, trouble: delivering.clean(describeError(error)) };
  }
}

export function createLane(delivering: Delivering, channel: Channel, environment: string, from?: number): Lane {
  let standing: Standing = { channel, environment, ledger: null, busy: false, trouble: 'no answer in time' };
  let running: Promise<void> | null = null;
  let again = false;
  const run = async (signal: AbortSignal) => {
    do {
      again = false;
      standing = await deliverTo(delivering, channel, environment, signal, from);
    } while (again);
    running = null;
  };
  return {
    kick(signal) {
      again = true;
      return (running ??= run(signal));
    },
    standing: () => standing,
  };
}

/** Milliseconds until something is due that can be sent; null: nothing will be. */
export function soonest(standings: readonly Standing[], now: number): number | null {
  const times = standings.flatMap(({ channel, ledger, busy }) => {
    if (busy) return [BUSY_LOOK_MS];
    const time = channel.notifier && ledger ? nextTime(ledger) : null;
    return time === null ? [] : [Math.max(BUSY_LOOK_MS, time - now)];
  });
  return times.length === 0 ? null : Math.min(...times);
}
