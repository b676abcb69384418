/**
 * One sick instance among several must not condemn the version: the evidence is kept once more without each
 * instance. The release is taken back only if every one of these agrees, which is valid as long as at most
 * one instance is sick.
 */
import type { AnalysisOptions } from './analysis.ts';
import type { LogRatios } from './bets.ts';
import { createLedger, type Ledger, type LedgerState } from './ledger.ts';
import type { Unit } from './micro-batch.ts';

export type LeaveOneOutState = readonly { readonly instance: string; readonly ledger: LedgerState }[];

export interface LeaveOneOut {
  /** Begins to leave out instances that answer for the first time: so far their evidence is that of all. */
  meet(units: readonly Unit[], all: Ledger): void;
  release(slots: number): void;
  bet(
    all: LogRatios,
    units: readonly Unit[],
    ratiosOf: (units: readonly Unit[]) => LogRatios,
    during: 'grace' | 'strict',
  ): void;
  /** A scrape does not tell instances apart: it counts for all of them alike. */
  betAlike(all: LogRatios, during: 'grace' | 'strict'): void;
  /** Null with fewer than three: then an instance and the version cannot be told apart. */
  weakest(logE: (ledger: Ledger) => number): { readonly instance: string; readonly logE: number } | null;
  state(): LeaveOneOutState;
}

/** Any further instance is never left out: its part of the traffic is small by then. */
const MOST = 10;
const FEWEST = 3;

export function createLeaveOneOut(options: AnalysisOptions, state: LeaveOneOutState = []): LeaveOneOut {
  const without = new Map(state.map(({ instance, ledger }) => [instance, createLedger(options, ledger)]));
  return {
    meet: (units, all) => {
      for (const { canary, instance } of units) {
        if (!canary || instance === null || without.has(instance) || without.size >= MOST) continue;
        without.set(instance, createLedger(options, all.state()));
      }
    },
    release: (slots) => {
      for (const ledger of without.values()) ledger.release(slots);
    },
    bet: (all, units, ratiosOf, during) => {
      for (const [left, ledger] of without) {
        const others = units.filter(({ canary, instance }) => !canary || instance !== left);
        ledger.bet(others.length === units.length ? all : ratiosOf(others), during);
      }
    },
    betAlike: (all, during) => {
      for (const ledger of without.values()) ledger.bet(all, during);
    },
    weakest: (logE) => {
      if (without.size < FEWEST) return null;
      const logs = Array.from(without, ([instance, ledger]) => ({ instance, logE: logE(ledger) }));
      return logs.reduce((least, next) => (next.logE < least.logE ? next : least));
    },
    state: () => Array.from(without, ([instance, ledger]) => ({ instance, ledger: ledger.state() })),
  };
}
