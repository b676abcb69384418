/** Entry of the bundle: seeds in, violations out; run as a worker of itself, it takes its share of them. */
import { isMainThread, parentPort, workerData, Worker } from 'node:worker_threads';
import type { ProfileName } from './faults.ts';
import { type Result, simulate } from './simulate.ts';

export interface Batch {
  readonly runs: number;
  readonly failed: readonly Result[];
  readonly counts: ReadonlyMap<string, number>;
}

export interface Share {
  readonly from: number;
  readonly count: number;
  /** Every how manieth seed; default 1. */
  readonly stride?: number;
  readonly profile?: ProfileName;
  /** Stops after so many failures; default 1. */
  readonly enough?: number;
}

/** Runs seeds one after the other. */
export async function simulateMany({ from, count, stride = 1, profile, enough = 1 }: Share): Promise<Batch> {
  const failed: Result[] = [];
  const counts = new Map<string, number>();
  let runs = 0;
  // Nobody reads the stacks of problems that are part of the play.
  Error.stackTraceLimit = 0;
  for (let seed = from; seed < from + count; seed += stride) {
    const result = await simulate(seed, profile ? { profile } : {});
    runs += 1;
    if (result.violations.length > 0) failed.push(result);
    for (const [name, times] of result.counts) counts.set(name, (counts.get(name) ?? 0) + times);
    if (failed.length >= enough) break;
  }
  return { runs, failed, counts };
}

function inWorker(share: Share): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { simulate: share } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

/** Runs seeds on several threads; every thread takes every so manieth seed. */
export async function simulateInParallel(share: Share, threads: number): Promise<Batch> {
  const shares = Array.from({ length: threads }, (_, index) => {
    return { ...share, from: share.from + index, count: share.count - index, stride: threads };
  });
  const batches = await Promise.all(shares.map(inWorker));
  const counts = new Map<string, number>();
  for (const [name, times] of batches.flatMap((batch) => [...batch.counts])) {
    counts.set(name, (counts.get(name) ?? 0) + times);
  }
  return {
    runs: batches.reduce((sum, batch) => sum + batch.runs, 0),
    failed: batches.flatMap((batch) => batch.failed).toSorted((a, b) => a.seed - b.seed),
    counts,
  };
}

export { simulate };

const own = (workerData as { readonly simulate?: Share } | null)?.simulate;
if (!isMainThread && own) parentPort?.postMessage(await simulateMany(own));
