/**
 * Rollouts with latency or several instances, judged micro-batch by micro-batch by the engine's own case against a
 * release and its own test for promotion; only the way from single requests to batches is left out.
 */
import type { AnalysisOptions } from '../../src/analysis/analysis.ts';
import { createCaseAgainst } from '../../src/analysis/case-against.ts';
import { createPromotion } from '../../src/analysis/promotion.ts';
import { createRolloutClock } from '../../src/analysis/rollout-clock.ts';
import { batchesOf, type DrawnBatch } from './batches.ts';
import type { Cell } from './cells.ts';
import type { Ending } from './summary.ts';
import { P99_MS } from './traffic.ts';

/** How a rollout ends on all evidence, and how it would on that of latency. */
type Judge = 'belay' | 'belay, latency alone';

export interface DrawnRun {
  /** Ends with a promotion too. */
  readonly untilPromoted: boolean;
  /** On until the evidence of latency has decided too. */
  readonly alone: boolean;
  /** Whether the engine learns which instance answered. */
  readonly instances: boolean;
}

/** What happened to the canary's users so far, since the onset. */
interface Toll {
  requests: number;
  failed: number;
}

/** In cells of latency, "failed" is slower than the 99th percentile was. */
function add(toll: Toll, { canary, arms }: DrawnBatch, countsSlow: boolean): void {
  toll.requests += canary.requests;
  toll.failed += countsSlow && arms !== null ? arms.canary.filter((ms) => ms > P99_MS).length : canary.bad;
}

/** The parts of the engine that judge micro-batches. */
export function openEngine(options: AnalysisOptions) {
  const clock = createRolloutClock();
  const against = createCaseAgainst(options);
  const promotion = createPromotion(options);
  const bound = Math.log(1 / options.alpha);
  const tails = options.history.quantilesMs;
  clock.advance(0);
  return {
    cut: (t: number) => {
      clock.advance(t);
      clock.cut();
    },
    judge: ({ t, canary, stable, arms, units }: DrawnBatch, { untilPromoted, instances }: DrawnRun) => {
      clock.advance(t);
      against.release(clock.slots());
      const errors = {
        requests: canary.requests + stable.requests,
        canary: canary.requests,
        bad: canary.bad + stable.bad,
        canaryBad: canary.bad,
      };
      against.betUnits(instances ? units : [], { errors, arms }, tails, 'strict');
      if (untilPromoted) promotion.betBatch({ errors, arms }, { tails, body: null });
      clock.closed();
    },
    /** Parts of the capital that bet on the next batch; before it is judged. */
    slots: () => clock.slots(),
    logE: () => against.weigh().logE,
    speaksAgainst: (judge: Judge) => (judge === 'belay' ? against.weigh().logE : against.logE('latency')) >= bound,
    isPromotable: () => promotion.passed(),
  };
}

/** Endings by judge. Knows no grace. */
export function runDrawn(
  cell: Cell,
  options: AnalysisOptions,
  run: number,
  how: DrawnRun,
): Readonly<Partial<Record<Judge, Ending>>> {
  const engine = openEngine(options);
  const judges: readonly Judge[] = how.alone ? ['belay', 'belay, latency alone'] : ['belay'];
  const toll: Toll = { requests: 0, failed: 0 };
  const endings: Partial<Record<Judge, Ending>> = {};
  const end = (verdict: Ending['verdict'], t: number): Ending => ({
    verdict,
    ...toll,
    seconds: Math.max(0, t - cell.onset),
    early: verdict === 'rollback' && t < cell.onset,
  });
  let [open, step] = [judges, 0];
  for (const batch of batchesOf(cell, run)) {
    for (let next = cell.shares[step + 1]; next && next[0] < batch.t; next = cell.shares[step + 1]) {
      engine.cut(next[0]);
      step += 1;
    }
    engine.judge(batch, how);
    if (batch.t > cell.onset) add(toll, batch, cell.ratio === 1);
    for (const judge of open) if (engine.speaksAgainst(judge)) endings[judge] = end('rollback', batch.t);
    if (how.untilPromoted && engine.isPromotable()) endings.belay ??= end('promote', batch.t);
    open = judges.filter((judge) => endings[judge] === undefined);
    if (open.length === 0) return endings;
  }
  for (const judge of open) endings[judge] = end('inconclusive', cell.seconds);
  return endings;
}
