/** Rollouts over all cores: the engine and the traffic in one bundle, a thread for each core. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import type { Cell } from './cells.ts';
import type { Study } from './rollout.ts';
import type { Ending } from './summary.ts';

/** Some rollouts of one cell; the answer has the endings by subject, one for each run. */
export interface Order {
  readonly cell: Cell;
  readonly study: Study;
  readonly from: number;
  readonly count: number;
}

/** As an order, for what each rollout adds to the probability of a false rollback. */
export interface WeightOrder extends Order {
  readonly weights: true;
}

export type Endings = Readonly<Record<string, readonly Ending[]>>;

export interface Pool {
  /** All runs of a cell, split into orders that the threads take as they get free. */
  run(cell: Cell, study: Study, runs: number): Promise<Endings>;
  /** What each run adds to the probability of a false rollback (see `tilted.ts`). */
  weights(cell: Cell, study: Study, runs: number): Promise<readonly number[]>;
  /** Requests per second of one core, and bytes of the state. */
  speed(): Promise<readonly Speed[]>;
  close(): Promise<void>;
}

export interface Speed {
  readonly what: string;
  /** How many it judges. */
  readonly metrics: number;
  readonly perSecond: number;
  readonly stateBytes: number;
}

const ORDERS_A_THREAD = 4;
/** What a rollout makes is garbage when it ends: with this much room little of it is looked at before. */
const YOUNG_MB = 64;

async function bundleInto(folder: string): Promise<string> {
  const file = join(folder, 'worker.mjs');
  const bundle = await rolldown({ input: fileURLToPath(new URL('worker.ts', import.meta.url)), platform: 'node' });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
}

function ask<T>(worker: Worker, message: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      settle();
    };
    const answered = (answer: T) => done(() => resolve(answer));
    const failed = (error: unknown) => done(() => reject(error instanceof Error ? error : new Error(String(error))));
    const ended = (code: number) => done(() => reject(new Error(`a thread ended with ${code}`)));
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(message);
  });
}

function split(cell: Cell, study: Study, runs: number, threads: number): Order[] {
  const size = Math.max(1, Math.ceil(runs / (threads * ORDERS_A_THREAD)));
  const orders: Order[] = [];
  for (let from = 0; from < runs; from += size) orders.push({ cell, study, from, count: Math.min(size, runs - from) });
  return orders;
}

function merge(parts: readonly Endings[]): Endings {
  const names = [...new Set(parts.flatMap((part) => Object.keys(part)))].toSorted((a, b) => a.localeCompare(b));
  return Object.fromEntries(names.map((name) => [name, parts.flatMap((part) => part[name] ?? [])]));
}

export async function openPool(): Promise<Pool> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-canary-'));
  const url = pathToFileURL(await bundleInto(folder));
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(url, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } }),
  );
  /** Each thread takes the next order when it gets free. */
  const carryOut = async <T>(orders: readonly Order[]): Promise<readonly T[]> => {
    const left = [...orders];
    const parts: T[] = [];
    await Promise.all(
      workers.map(async (worker) => {
        for (let order = left.shift(); order; order = left.shift()) parts.push(await ask<T>(worker, order));
      }),
    );
    return parts;
  };
  return {
    run: async (cell, study, runs) => merge(await carryOut<Endings>(split(cell, study, runs, workers.length))),
    async weights(cell, study, runs) {
      const orders = split(cell, study, runs, workers.length).map((order) => ({ ...order, weights: true }));
      return (await carryOut<readonly number[]>(orders)).flat();
    },
    speed() {
      const [worker] = workers;
      if (!worker) throw new Error('there is no thread');
      return ask<readonly Speed[]>(worker, 'speed');
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
      rmSync(folder, { recursive: true });
    },
  };
}
