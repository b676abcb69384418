/** The lock held by hand: nothing is deployed meanwhile, the heartbeat goes on, the reason is on record. */
import { isProblem } from './errors.ts';
import { fenced } from './lease.ts';
import { openSession } from './open.ts';
import type { Environment, Runtime } from './runtime.ts';

const LOOK_EVERY_MS = 500;

export interface Held {
  /** True when the time was over, false when the operator let go. */
  readonly timeUp: boolean;
  readonly ms: number;
}

/**
 * Holds the environment until `forMs` are over or the operator stops; `taken` is called once it is ours.
 * @throws Problem LOCK_HELD, and FENCED when somebody else took it meanwhile
 */
export async function holdLock(
  runtime: Runtime,
  environment: Environment,
  ask: { readonly reason: string; readonly forMs: number | null; readonly taken: () => void },
): Promise<Held> {
  const { clock, stop } = runtime;
  const session = await openSession(runtime, environment);
  try {
    await session.append(session.event('lease.held', { reason: ask.reason }, null));
    ask.taken();
    const started = clock.now();
    const left = () => (ask.forMs === null ? LOOK_EVERY_MS : ask.forMs - (clock.now() - started));
    while (!stop.gently.aborted && left() > 0) {
      await clock.sleep(Math.min(LOOK_EVERY_MS, left()), stop.gently);
      if (session.heartbeat.deadline() <= clock.now() && !(await session.heartbeat.renew())) throw fenced();
    }
    return { timeUp: !stop.gently.aborted, ms: clock.now() - started };
  } finally {
    await session.close().catch((error: unknown) => {
      if (!isProblem(error)) throw error;
      runtime.emit({ type: 'note', text: `the lock was not released: ${error.message}` });
    });
  }
}
