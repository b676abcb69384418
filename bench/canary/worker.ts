/** A thread of the bench: takes orders, gives endings. */
import { parentPort } from 'node:worker_threads';
import type { Endings, Order, WeightOrder } from './pool.ts';
import { optionsFor, runRollout } from './rollout.ts';
import { measureSpeed } from './speed.ts';
import type { Ending } from './summary.ts';
import { weightOf } from './tilted.ts';

function carryOut({ cell, study, from, count }: Order): Endings {
  const endings: Record<string, Ending[]> = {};
  for (let run = from; run < from + count; run++)
    for (const [name, ending] of Object.entries(runRollout(cell, study, run))) (endings[name] ??= []).push(ending);
  return endings;
}

function weigh({ cell, study, from, count }: Order): readonly number[] {
  return Array.from({ length: count }, (_, i) => weightOf(cell, optionsFor(cell, study), from + i));
}

function answer(order: Order | WeightOrder | 'speed') {
  if (order === 'speed') return measureSpeed();
  return 'weights' in order ? weigh(order) : carryOut(order);
}

parentPort?.on('message', (order: Order | WeightOrder | 'speed') => {
  parentPort?.postMessage(answer(order));
});
