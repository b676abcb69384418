/**
 * Rollouts of errors only, micro-batch by micro-batch: how many requests, canary requests and failures each has is
 * drawn at once instead of request by request. The same law, as routing and failing are independent from request to
 * request and the error rate is constant within each second; some seventy times as fast.
 */
import { createAnalyser } from '../../src/analysis/analyser.ts';
import type { Analyser, AnalysisOptions, Counts } from '../../src/analysis/analysis.ts';
import { batchSize } from '../../src/analysis/micro-batch.ts';
import type { Cell } from './cells.ts';
import { createRandom } from './random.ts';
import type { Ending } from './summary.ts';
import { createSurroundings } from './surroundings.ts';
import { errorRate, shareAt } from './traffic.ts';

interface Arm {
  requests: number;
  bad: number;
}

/** Whether a cell can be drawn so: nobody repeats a request, and instances and latency are not looked at. */
export function isCountable({ latency, retries, instances }: Cell): boolean {
  return latency === null && retries === null && instances === null;
}

/** The micro-batches in order of time; the last one before a change of share ends with it. */
export function* batchesOf(cell: Cell, run: number): Generator<Counts, void, void> {
  const random = createRandom(`${cell.name}, counted`, run);
  const around = createSurroundings(cell, random);
  const size = batchSize(cell.ratePerSecond);
  let canary: Arm = { requests: 0, bad: 0 };
  let stable: Arm = { requests: 0, bad: 0 };
  let filled = 0;
  const close = (t: number): Counts => {
    const batch = { t, canary, stable };
    canary = { requests: 0, bad: 0 };
    stable = { requests: 0, bad: 0 };
    filled = 0;
    return batch;
  };
  let step = 0;
  for (let second = 0; second < cell.seconds; second++) {
    if (second === cell.shares[step + 1]?.[0]) {
      step += 1;
      yield close(second);
    }
    const share = cell.shares[step]?.[1] ?? 0;
    const canaryRate = errorRate(cell, true, -1, second, around);
    const stableRate = errorRate(cell, false, -1, second, around);
    const arriving = random.poisson(around.rate[second] ?? 0);
    for (let left = arriving; left > 0;) {
      const taken = Math.min(left, size - filled);
      const toCanary = random.binomial(taken, share);
      canary.requests += toCanary;
      canary.bad += random.binomial(toCanary, canaryRate);
      stable.requests += taken - toCanary;
      stable.bad += random.binomial(taken - toCanary, stableRate);
      left -= taken;
      filled += taken;
      if (filled === size) yield close(second + (arriving - left) / (arriving + 1));
    }
  }
  if (filled > 0) yield close(cell.seconds);
}

/** Batches between two looks at the report, which says itself when the verdict fell. */
const ASKED_EVERY = 64;

const isOver = (analyser: Analyser, untilPromoted: boolean): boolean => {
  const { verdict } = analyser.report();
  return verdict === 'rollback' || (untilPromoted && verdict === 'promote');
};

/** @param untilPromoted ends with a promotion too, instead of looking on whether it is taken back after all */
export function runCounted(cell: Cell, options: AnalysisOptions, run: number, untilPromoted: boolean): Ending {
  const analyser = createAnalyser(options);
  const batches: Counts[] = [];
  let step = 0;
  analyser.cut(0, shareAt(cell, 0));
  for (const batch of batchesOf(cell, run)) {
    for (let next = cell.shares[step + 1]; next && next[0] < batch.t; next = cell.shares[step + 1]) {
      analyser.cut(...next);
      step += 1;
    }
    analyser.count(batch);
    batches.push(batch);
    if (batches.length % ASKED_EVERY === 0 && isOver(analyser, untilPromoted)) break;
  }
  const { verdict, decidedAt } = analyser.report();
  const until = decidedAt ?? cell.seconds;
  const seen = batches.filter(({ t }) => t > cell.onset && t <= until);
  return {
    verdict: verdict === 'rollback' || verdict === 'promote' ? verdict : 'inconclusive',
    seconds: Math.max(0, until - cell.onset),
    requests: seen.reduce((sum, { canary }) => sum + canary.requests, 0),
    failed: seen.reduce((sum, { canary }) => sum + canary.bad, 0),
    early: verdict === 'rollback' && until < cell.onset,
  };
}
