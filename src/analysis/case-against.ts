/** The case against a release: what the bets have earned over all its instances, without each of them, and on the floor. */
import type { AnalysisOptions, Counts, MetricName } from './analysis.ts';
import { createBets, errorTally, type LogRatios } from './bets.ts';
import { createLeaveOneOut } from './leave-one-out.ts';
import { createLedger } from './ledger.ts';
import { batchOf, type Batch, type Unit } from './micro-batch.ts';
import type { Tally } from './odds-kernel.ts';
import { FLOOR_PRIOR, floorRatios } from './rate-floor.ts';
import type { AnalysisState } from './state.ts';
import { errorLogE, weigh, type Weighing } from './verdict.ts';
import { createWealth, STAGED } from './wealth.ts';

export type Phase = 'grace' | 'strict';

export interface CaseAgainst {
  /** Moves the capital that is due; before the batch is looked at. */
  release(slots: number): void;
  /** @param batch of these units */
  betUnits(units: readonly Unit[], batch: Batch, tails: readonly number[] | null, during: Phase): void;
  betCounts(counts: Counts, tails: readonly number[] | null, during: Phase): void;
  weigh(): Weighing;
  logE(metric: MetricName): number;
  state(): Pick<AnalysisState, 'ledger' | 'instances' | 'floor'>;
}

export function createCaseAgainst(options: AnalysisOptions, state?: AnalysisState): CaseAgainst {
  const judgesLatency = options.latency !== null;
  const bets = { strict: createBets(options, 1), grace: createBets(options, options.grace?.tolerance ?? 1) };
  const ledger = createLedger(options, state?.ledger);
  const instances = createLeaveOneOut(options, state?.instances);
  const floor = createFloor(options.errors.floor, state);
  return {
    release: (slots) => {
      for (const each of [ledger, instances, floor]) each.release(slots);
    },
    betUnits: (units, batch, tails, during) => {
      const ratiosOf = (some: Batch): LogRatios => bets[during].ofBatch(some, tails);
      const all = ratiosOf(batch);
      instances.meet(units, ledger);
      ledger.bet(all, during);
      instances.bet(all, units, (some) => ratiosOf(batchOf(some, judgesLatency)), during);
      floor.bet(batch.errors);
    },
    betCounts: (counts, tails, during) => {
      const all = bets[during].ofCounts(counts, tails);
      ledger.bet(all, during);
      instances.betAlike(all, during);
      floor.bet(errorTally(counts));
    },
    weigh: () => weigh(options, { ledger, instances, floorLogE: floor.logE() }),
    logE: (metric) => (metric === 'errors' ? errorLogE(ledger, floor.logE()) : ledger.logE(metric)),
    state: () => ({ ledger: ledger.state(), instances: instances.state(), floor: floor.state() }),
  };
}

/** That its error rate is above what nobody minds; without such a rate there is nothing to bet on. */
function createFloor(rate: number | null, state?: AnalysisState) {
  const wealth = rate === null ? null : createWealth(FLOOR_PRIOR, STAGED, state?.floor ?? undefined);
  return {
    release: (slots: number): void => wealth?.release(slots),
    bet: (tally: Tally): void => (rate === null ? undefined : wealth?.bet(floorRatios(rate, tally))),
    logE: () => wealth?.logE() ?? null,
    state: () => wealth?.state() ?? null,
  };
}
