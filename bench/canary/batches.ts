/**
 * The requests of one simulated rollout, micro-batch by micro-batch: how many go to which release and how many fail is
 * drawn at once, latencies one by one. The same law as request by request, as routing and failing are independent
 * from request to request and everything that moves them is constant within each second.
 */
import { batchSize, type Unit } from '../../src/analysis/micro-batch.ts';
import type { SortedArms } from '../../src/analysis/sorted-arms.ts';
import type { Cell } from './cells.ts';
import { createRandom, type Random } from './random.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';
import { errorRate, fillLatencies } from './traffic.ts';
import { createUnitPile } from './units.ts';

interface Arm {
  requests: number;
  bad: number;
}

export interface DrawnBatch {
  /** Seconds, when it is full. */
  readonly t: number;
  readonly canary: Readonly<Arm>;
  readonly stable: Readonly<Arm>;
  /** Null in cells without latency. Overwritten by the next batch. */
  readonly arms: SortedArms | null;
  /** Its requests where the instances of the canary are told apart, else none. */
  readonly units: readonly Unit[];
}

/** Whether a cell can be drawn so: nobody repeats a request. */
export function isDrawable({ retries, latency, instances }: Cell): boolean {
  return retries === null && (latency === null || instances === null);
}

/** The batch that is being filled. */
function openBatch(cell: Cell, around: Surroundings, random: Random) {
  const size = batchSize(cell.ratePerSecond);
  const [canaryMs, stableMs] = [new Float64Array(size), new Float64Array(size)];
  const pile = createUnitPile(cell, random);
  let canary: Arm = { requests: 0, bad: 0 };
  let stable: Arm = { requests: 0, bad: 0 };

  const time = (second: number, toCanary: number, toStable: number): void => {
    const shift = around.latency[second] ?? 0;
    const room = (ms: Float64Array, { requests }: Arm, more: number) => ms.subarray(requests, requests + more);
    fillLatencies(room(canaryMs, canary, toCanary), { cell, canary: true, t: second, shift }, random);
    fillLatencies(room(stableMs, stable, toStable), { cell, canary: false, t: second, shift }, random);
  };
  const failedOf = (second: number, toCanary: number): number => {
    const rateOf = (instance: number) => errorRate(cell, true, instance, second, around);
    return cell.instances === null ? random.binomial(toCanary, rateOf(-1)) : pile.addCanary(toCanary, rateOf);
  };
  const sorted = (ms: Float64Array, { requests }: Arm) => ms.subarray(0, requests).sort();
  return {
    room: () => size - canary.requests - stable.requests,
    isEmpty: () => canary.requests + stable.requests === 0,
    draw: (second: number, requests: number, share: number): void => {
      const toCanary = random.binomial(requests, share);
      const toStable = requests - toCanary;
      if (cell.latency !== null) time(second, toCanary, toStable);
      canary.requests += toCanary;
      canary.bad += failedOf(second, toCanary);
      const bad = random.binomial(toStable, errorRate(cell, false, -1, second, around));
      stable.requests += toStable;
      stable.bad += bad;
      if (cell.instances !== null) pile.addStable(toStable, bad);
    },
    close: (t: number): DrawnBatch => {
      const arms =
        cell.latency === null ? null : { canary: sorted(canaryMs, canary), stable: sorted(stableMs, stable) };
      const batch = { t, canary, stable, arms, units: pile.take() };
      canary = { requests: 0, bad: 0 };
      stable = { requests: 0, bad: 0 };
      return batch;
    },
  };
}

/** In order of time; the last one before a change of share ends with it. */
export function* batchesOf(cell: Cell, run: number): Generator<DrawnBatch, void, void> {
  const random = createRandom(`${cell.name}, counted`, run);
  const around = createSurroundings(cell, random);
  const batch = openBatch(cell, around, random);
  let step = 0;
  for (let second = 0; second < cell.seconds; second++) {
    if (second === cell.shares[step + 1]?.[0]) {
      step += 1;
      yield batch.close(second);
    }
    const arriving = random.poisson(around.rate[second] ?? 0);
    for (let left = arriving; left > 0;) {
      const taken = Math.min(left, batch.room());
      batch.draw(second, taken, cell.shares[step]?.[1] ?? 0);
      left -= taken;
      if (batch.room() === 0) yield batch.close(second + (arriving - left) / (arriving + 1));
    }
  }
  if (!batch.isEmpty()) yield batch.close(cell.seconds);
}
