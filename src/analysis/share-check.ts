/**
 * Sample-ratio check: do requests reach the arms by the configured shares? If not, who gets the canary depends on
 * something unknown and the comparison is void. Beta-binomial e-process (Lindon and Malek 2022) over the counts.
 */
import { logBeta } from './log-factorial.ts';

export interface ShareCheckState {
  readonly share: number | null;
  /** Log evidence of the shares before this one. */
  readonly settled: number;
  readonly canary: number;
  readonly stable: number;
}

export interface ShareCheck {
  /** A new share of the canary from here on; null: not known, not checked. */
  setShare(share: number | null): void;
  add(canary: number, stable: number): void;
  /** Why the analysis is void; null while the shares are as configured. */
  fault(): string | null;
  state(): ShareCheckState;
}

/** Routers round their weights: HAProxy to 1/256. A share this much off, relatively, is as configured. */
const ROUNDING = 0.1;
/** One healthy router in ten thousand rollouts is suspected. */
const BOUND = Math.log(1e4);
/** How far the alternative strays from the share, as so many requests seen before. */
const CONCENTRATION = 10;

export function createShareCheck(state?: ShareCheckState): ShareCheck {
  let { share, settled, canary, stable } = state ?? { share: null, settled: 0, canary: 0, stable: 0 };
  let block = blockOf(share);
  const logE = (): number => settled + block(canary, stable);
  return {
    setShare: (next) => {
      if (next === share) return;
      settled = logE();
      share = next;
      block = blockOf(share);
      canary = 0;
      stable = 0;
    },
    add: (more, others) => {
      if (share === null) return;
      canary += more;
      stable += others;
    },
    fault: () => {
      if (share === null || logE() < BOUND) return null;
      const seen = canary / Math.max(1, canary + stable);
      return `the candidate received ${percent(seen)} of ${canary + stable} requests, ${percent(share)} was configured: requests do not reach the arms as the router was told`;
    },
    state: () => ({ share, settled, canary, stable }),
  };
}

/** Log evidence of the counts against the tolerated share that explains them best, so it holds for all of them. */
function blockOf(share: number | null): (canary: number, stable: number) => number {
  if (share === null || share <= 0 || share >= 1) return () => 0;
  const [a, b] = [CONCENTRATION * share, CONCENTRATION * (1 - share)];
  const margin = ROUNDING * Math.min(share, 1 - share);
  const prior = logBeta(a, b);
  return (canary, stable) => {
    if (canary + stable === 0) return 0;
    const rounded = Math.min(Math.max(canary / (canary + stable), share - margin), share + margin);
    return logBeta(a + canary, b + stable) - prior - canary * Math.log(rounded) - stable * Math.log1p(-rounded);
  };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
