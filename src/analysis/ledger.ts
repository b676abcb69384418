/** What the bets against a release have earned so far: strict ones, and those of the grace of a cold start. */
import type { AnalysisOptions, MetricName } from './analysis.ts';
import { ERROR_PRIOR, LATENCY_PRIOR, type LogRatios } from './bets.ts';
import { logAddExp } from './log-space.ts';
import { AT_ONCE, createWealth, STAGED, type Wealth, type WealthState } from './wealth.ts';

export interface LedgerState {
  readonly errors: MetricLedgerState;
  readonly latency: MetricLedgerState | null;
}

export interface MetricLedgerState {
  readonly strict: WealthState;
  readonly grace: WealthState | null;
}

export interface Ledger {
  release(slots: number): void;
  bet(ratios: LogRatios, during: 'grace' | 'strict'): void;
  logE(metric: MetricName): number;
  state(): LedgerState;
}

/** Part of the capital that bets during the grace; the rest waits for the strict test. */
const GRACE_CAPITAL = 0.15;

export function createLedger(options: AnalysisOptions, state?: LedgerState): Ledger {
  const hasGrace = options.grace !== null;
  const errors = createMetricLedger(ERROR_PRIOR, hasGrace, state?.errors);
  const latency =
    options.latency === null ? null : createMetricLedger(LATENCY_PRIOR, hasGrace, state?.latency ?? undefined);
  return {
    release: (slots) => {
      errors.strict.release(slots);
      latency?.strict.release(slots);
    },
    bet: (ratios, during) => {
      errors[during]?.bet(ratios.errors);
      if (ratios.latency !== null) latency?.[during]?.bet(ratios.latency);
    },
    logE: (metric) => {
      const ledger = metric === 'errors' ? errors : latency;
      return ledger === null ? 0 : logEOf(ledger);
    },
    state: () => ({ errors: stateOf(errors), latency: latency === null ? null : stateOf(latency) }),
  };
}

interface MetricLedger {
  readonly strict: Wealth;
  readonly grace: Wealth | null;
}

function createMetricLedger(prior: readonly number[], hasGrace: boolean, state?: MetricLedgerState): MetricLedger {
  const grace = hasGrace ? createWealth(prior, AT_ONCE, state?.grace ?? undefined) : null;
  return { strict: createWealth(prior, STAGED, state?.strict), grace };
}

function logEOf({ strict, grace }: MetricLedger): number {
  if (grace === null) return strict.logE();
  return logAddExp(Math.log(GRACE_CAPITAL) + grace.logE(), Math.log(1 - GRACE_CAPITAL) + strict.logE());
}

function stateOf({ strict, grace }: MetricLedger): MetricLedgerState {
  return { strict: strict.state(), grace: grace === null ? null : grace.state() };
}
