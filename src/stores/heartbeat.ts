/**
 * Keeps a lease alive from a thread of its own, so that a busy main thread does not lose it; but only
 * while the main thread makes progress, so that a hung one does. Deployments shorter than the first
 * pause never start the thread.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../util/clock.ts';
import type { OpenStore } from './open.ts';
import type { Fence, Store } from './store.ts';

/** Slots of the shared memory: clock time until which the lease is ours, main thread's last sign of life, 1 when lost. */
export const DEADLINE = 0;
export const PROGRESS = 1;
export const LOST = 2;

export interface HeartbeatTask {
  readonly fence: Fence;
  readonly ttlMs: number;
  readonly everyMs: number;
  readonly shared: SharedArrayBuffer;
  readonly store: Omit<OpenStore, 'views' | 'clean'>;
}

const PROGRESS_EVERY_MS = 1_000;
/** Longer than a store that is locked by another program keeps a call. */
const STOP_LIMIT_MS = 7_000;

/** Beside this file once built; the bundled command line finds the library's copy; from source, TypeScript is loaded by jiti. */
function workerFile(): { file: string; execArgv: string[] } {
  const built = ['./heartbeat-worker.js', '../stores/heartbeat-worker.js']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  return built
    ? { file: built, execArgv: [] }
    : {
        file: fileURLToPath(new URL('./heartbeat-worker.ts', import.meta.url)),
        execArgv: ['--import', 'jiti/register'],
      };
}

/** A thread that is ended inside a call of a native SQLite takes the whole process with it: it is asked, and waited for. */
async function endWorker(worker: Worker): Promise<void> {
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, STOP_LIMIT_MS);
    const ended = () => {
      clearTimeout(late);
      resolve();
    };
    worker.once('exit', ended);
    // A thread that has ended already says so by its id.
    if (worker.threadId === -1) return ended();
    worker.ref();
    worker.postMessage('stop');
  });
  await worker.terminate();
}

export interface RunningHeartbeat {
  deadline(): number;
  renew(): Promise<boolean>;
  stop(): Promise<void>;
}

export function startHeartbeat(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly fence: Fence;
  readonly ttlMs: number;
  readonly takenAt: number;
  readonly reopen: HeartbeatTask['store'];
}): RunningHeartbeat {
  const { store, clock, fence, ttlMs, takenAt } = options;
  const shared = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  const slots = new Float64Array(shared);
  slots[DEADLINE] = takenAt + ttlMs;
  slots[PROGRESS] = clock.now();
  const everyMs = ttlMs / 6;
  let worker: Worker | undefined;
  const alive = setInterval(() => {
    slots[PROGRESS] = clock.now();
  }, PROGRESS_EVERY_MS);
  const first = setTimeout(() => {
    const { file, execArgv } = workerFile();
    // Only now: commands that look at the journal never need a thread, nor the module.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const task: HeartbeatTask = { fence, ttlMs, everyMs, shared, store: options.reopen };
    worker = new Worker(file, { workerData: task, execArgv });
    worker.unref();
    // A thread that cannot work leaves the deadline where it is: no effect starts after it, which is the safe side.
    worker.on('error', () => undefined);
  }, everyMs);
  alive.unref();
  first.unref();
  return {
    deadline: () => (slots[LOST] === 1 ? Number.NEGATIVE_INFINITY : (slots[DEADLINE] ?? 0)),
    async renew() {
      const sentAt = clock.now();
      const ours = await store.leases.renew(fence).catch(() => null);
      if (ours === false) slots[LOST] = 1;
      if (ours === true) slots[DEADLINE] = Math.max(slots[DEADLINE] ?? 0, sentAt + ttlMs);
      return slots[LOST] !== 1;
    },
    async stop() {
      clearInterval(alive);
      clearTimeout(first);
      if (worker) await endWorker(worker);
    },
  };
}
