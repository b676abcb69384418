/** How many requests each arm had, and how many went wrong. */
import type { Counts, Outcome } from './analysis.ts';
import type { TotalsState } from './state.ts';

export interface Totals {
  addOutcome(outcome: Outcome): void;
  addCounts(counts: Counts): void;
  state(): TotalsState;
}

export function createTotals(state?: TotalsState): Totals {
  const canary = { requests: 0, bad: 0, ...state?.canary };
  const stable = { requests: 0, bad: 0, ...state?.stable };
  return {
    addOutcome: (outcome) => {
      const arm = outcome.canary ? canary : stable;
      arm.requests += 1;
      if (outcome.bad) arm.bad += 1;
    },
    addCounts: (counts) => {
      canary.requests += counts.canary.requests;
      canary.bad += counts.canary.bad;
      stable.requests += counts.stable.requests;
      stable.bad += counts.stable.bad;
    },
    state: () => ({ canary: { ...canary }, stable: { ...stable } }),
  };
}
