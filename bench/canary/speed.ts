/** How many requests a second the engine takes on one core, and how large what it remembers is. */
import { createAnalyser } from '../../src/analysis/analyser.ts';
import type { Outcome } from '../../src/analysis/analysis.ts';
import { LATENCY_CELLS, NULLS, type Cell } from './cells.ts';
import { optionsFor, PLAIN_STUDY } from './rollout.ts';
import type { Speed } from './pool.ts';
import { requestsOf } from './traffic.ts';

const ROUNDS = 7;

/** By processor time of the process, the collector's threads included: others may use the machine meanwhile. */

function speedOf(what: string, cell: Cell): Speed {
  const outcomes: readonly Outcome[] = [...requestsOf(cell, 0)];
  const rates: number[] = [];
  let stateBytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const analyser = createAnalyser(optionsFor(cell, PLAIN_STUDY));
    const started = process.cpuUsage();
    for (const outcome of outcomes) analyser.observe(outcome);
    const { user, system } = process.cpuUsage(started);
    rates.push((1e6 * outcomes.length) / (user + system));
    stateBytes = JSON.stringify(analyser.state()).length;
  }
  // The first rounds warm the compiler and the tables up.
  const [perSecond = 0] = rates.toSorted((a, b) => a - b).slice(ROUNDS >> 1);
  return { what, metrics: cell.latency === null ? 1 : 2, perSecond, stateBytes };
}

/** On good releases, so that nothing ends early. */
export function measureSpeed(): readonly Speed[] {
  const errors = NULLS.find((cell) => cell.latency === null);
  const both = LATENCY_CELLS.find((cell) => cell.latency === 'same');
  if (!errors || !both) throw new Error('the cells to measure with are gone');
  return [speedOf('errors only', errors), speedOf('errors and latency', { ...both, ratio: 1 })];
}
