/** The thread behind `heartbeat.ts`: its own connection to the store, one renewal after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../util/clock.ts';
import { NO_VIEWS } from './fold.ts';
import { DEADLINE, type HeartbeatTask, LOST, PROGRESS } from './heartbeat.ts';
import { openStore } from './open.ts';
import type { Store } from './store.ts';

/** A main thread that has not moved for this long is hung: its lease is left to run out. */
const HUNG_AFTER_MS = 60_000;

const task = workerData as HeartbeatTask;
const slots = new Float64Array(task.shared);
const clock = systemClock();
const ending = new AbortController();
parentPort?.once('message', () => ending.abort());

async function renewOnce(store: Store): Promise<boolean> {
  const sentAt = clock.now();
  if (sentAt - (slots[PROGRESS] ?? 0) > HUNG_AFTER_MS) return true;
  const ours = await store.leases.renew(task.fence);
  if (ours) slots[DEADLINE] = Math.max(slots[DEADLINE] ?? 0, sentAt + task.ttlMs);
  else slots[LOST] = 1;
  return ours;
}

async function keepRenewing(): Promise<void> {
  let store: Store | undefined;
  while (!ending.signal.aborted) {
    try {
      store ??= await openStore({ ...task.store, views: NO_VIEWS });
      if (!(await renewOnce(store))) break;
    } catch {
      // Away for now: the deadline stands where it was, and the next round tries again.
    }
    await delay(task.everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
  }
  await store?.close();
}

await keepRenewing();
parentPort?.close();
