/** From evidence to a verdict. A release is taken back once and for all; promotable may still become taken back. */
import type { AnalysisOptions, AnalysisReport, MetricName } from './analysis.ts';
import type { LeaveOneOut } from './leave-one-out.ts';
import type { Ledger } from './ledger.ts';
import { logAddExp } from './log-space.ts';
import type { DecisionState } from './state.ts';

/** The metrics' e-values are averaged, never multiplied: they are dependent (Choe and Ramdas: one filtration). */
const WEIGHT = 0.5;

export interface Evidence {
  readonly ledger: Ledger;
  readonly instances: LeaveOneOut;
  /** Log evidence that the error rate is above the floor; null without one. */
  readonly floorLogE: number | null;
}

export interface Weighing {
  /** What is held against `log(1 / alpha)`: the weakest of the ledgers where instances are left out. */
  readonly logE: number;
  readonly metric: MetricName;
  /** The one instance without which there is no case against the version. */
  readonly sick: string | null;
}

/** Log evidence of the errors: worse than stable, and above the floor. The smaller is valid for either innocence. */
export function errorLogE(ledger: Ledger, floorLogE: number | null): number {
  return Math.min(ledger.logE('errors'), floorLogE ?? Infinity);
}

/** Of the e-values, where both are judged. */
function average(errors: number, latency: number | null): number {
  if (latency === null) return errors;
  return logAddExp(Math.log(WEIGHT) + errors, Math.log(1 - WEIGHT) + latency);
}

export function weigh(options: AnalysisOptions, { ledger, instances, floorLogE }: Evidence): Weighing {
  const latencyOf = (one: Ledger): number | null => (options.latency === null ? null : one.logE('latency'));
  const combined = (one: Ledger): number => average(errorLogE(one, floorLogE), latencyOf(one));
  const [errors, latency] = [errorLogE(ledger, floorLogE), latencyOf(ledger)];
  const all = average(errors, latency);
  const weakest = instances.weakest(combined);
  const bound = Math.log(1 / options.alpha);
  return {
    logE: Math.min(all, weakest?.logE ?? Infinity),
    metric: latency !== null && latency > errors ? 'latency' : 'errors',
    sick: weakest !== null && all >= bound && weakest.logE < bound ? weakest.instance : null,
  };
}

export const UNDECIDED: DecisionState = {
  verdict: null,
  voidReason: null,
  decidedAt: null,
  promotableAt: null,
  peakLogE: 0,
  blame: null,
};

/** After each batch. What was decided stays decided. */
export function decide(
  before: DecisionState,
  now: {
    readonly t: number;
    readonly weighing: Weighing;
    readonly bound: number;
    readonly fault: string | null;
    readonly promotable: boolean;
  },
): DecisionState {
  const { t, weighing, bound, fault, promotable } = now;
  const peakLogE = Math.max(before.peakLogE, weighing.logE);
  if (before.verdict !== null) return { ...before, peakLogE };
  const promotableAt = before.promotableAt ?? (promotable ? t : null);
  if (weighing.logE >= bound) {
    const blame = { metric: weighing.metric, instance: null };
    return { ...before, promotableAt, peakLogE, verdict: 'rollback', decidedAt: t, blame };
  }
  if (fault !== null) return { ...before, promotableAt, peakLogE, verdict: 'void', voidReason: fault, decidedAt: t };
  const blame = weighing.sick === null ? null : { metric: weighing.metric, instance: weighing.sick };
  const asBefore = peakLogE === before.peakLogE && promotableAt === before.promotableAt;
  // Nearly every batch of a good release ends here.
  return asBefore && blame === null && before.blame === null ? before : { ...before, promotableAt, peakLogE, blame };
}

export function verdictOf(decision: DecisionState): Pick<AnalysisReport, 'verdict' | 'decidedAt'> {
  if (decision.verdict !== null) return { verdict: decision.verdict, decidedAt: decision.decidedAt };
  if (decision.promotableAt !== null) return { verdict: 'promote', decidedAt: decision.promotableAt };
  return { verdict: 'undecided', decidedAt: null };
}
