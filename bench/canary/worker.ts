/** A thread of the bench: takes orders, gives endings. */
import { parentPort } from 'node:worker_threads';
import type { Endings, Order } from './pool.ts';
import { runRollout } from './rollout.ts';
import { measureSpeed } from './speed.ts';
import type { Ending } from './summary.ts';

function carryOut({ cell, study, from, count }: Order): Endings {
  const endings: Record<string, Ending[]> = {};
  for (let run = from; run < from + count; run++)
    for (const [name, ending] of Object.entries(runRollout(cell, study, run))) (endings[name] ??= []).push(ending);
  return endings;
}

parentPort?.on('message', (order: Order | 'speed') => {
  parentPort?.postMessage(order === 'speed' ? measureSpeed() : carryOut(order));
});
