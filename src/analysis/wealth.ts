/**
 * An e-process: capital spread over several bets, part of it held back for regressions that begin late
 * (a mixture over start times, as in Shin, Ramdas and Rinaldo's e-detectors). Under the null its mean never
 * exceeds 1, so it reaches `1 / alpha` with probability at most alpha, however often one looks (Ville 1939).
 */
import { logAddExp, logSumExp } from './log-space.ts';

export interface WealthState {
  readonly logM: readonly number[];
  readonly pending: number;
  readonly released: number;
}

export interface Wealth {
  /** Puts held-back capital to work until `slots` parts are out. Before the batch is looked at. */
  release(slots: number): void;
  /** One batch: `log` likelihood ratio of each bet. */
  bet(logRatios: readonly number[]): void;
  logE(): number;
  state(): WealthState;
}

/** How the capital is staged: `initial` of it at once, the rest in `slots` equal parts. */
export interface Staging {
  readonly initial: number;
  readonly slots: number;
}

export const AT_ONCE: Staging = { initial: 1, slots: 1 };
/** A fifth is kept for what begins late: it costs 4 % when the regression is there from the start. */
export const STAGED: Staging = { initial: 0.8, slots: 30 };

/** Ruined bets stop here, so that the state stays finite. */
const RUIN = -1e4;

/** @param prior how the capital is spread over the bets; adds up to 1 */
export function createWealth(prior: readonly number[], staging: Staging, state?: WealthState): Wealth {
  const logM = state?.logM.slice() ?? prior.map((part) => Math.log(staging.initial * part));
  let pending = state?.pending ?? 1 - staging.initial;
  let released = state?.released ?? 0;
  /** Kept until it changes: nearly half of all batches of a good release tell nothing. */
  let known: number | null = null;
  return {
    release: (slots) => {
      const due = Math.min(slots, staging.slots);
      if (due <= released) return;
      const capital = ((due - released) * (1 - staging.initial)) / staging.slots;
      released = due;
      if (capital === 0) return;
      known = null;
      pending = Math.max(0, pending - capital);
      for (const [j, part] of prior.entries()) logM[j] = logAddExp(logM[j] ?? RUIN, Math.log(capital * part));
    },
    bet: (logRatios) => {
      for (let j = 0; j < logM.length; j += 1) {
        const ratio = logRatios[j] ?? 0;
        if (ratio === 0) continue;
        logM[j] = Math.max((logM[j] ?? RUIN) + ratio, RUIN);
        known = null;
      }
    },
    logE: () => (known ??= pending > 0 ? logAddExp(logSumExp(logM), Math.log(pending)) : logSumExp(logM)),
    state: () => ({ logM: logM.slice(), pending, released }),
  };
}
