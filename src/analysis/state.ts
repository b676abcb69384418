/** What an analyser remembers, as plain JSON: finite numbers and text only. */
import type { AnalysisReport } from './analysis.ts';
import type { ClientWindowState } from './client-window.ts';
import type { LatencyBoundsState } from './latency-bounds.ts';
import type { LeaveOneOutState } from './leave-one-out.ts';
import type { LedgerState } from './ledger.ts';
import type { PromotionState } from './promotion.ts';
import type { ShareCheckState } from './share-check.ts';
import type { TailSharesState } from './tail-shares.ts';
import type { WealthState } from './wealth.ts';

export const STATE_VERSION = 1;

export interface AnalysisState {
  readonly version: typeof STATE_VERSION;
  /** The options the evidence was gathered under, as JSON: it proves nothing under others. */
  readonly options: string;
  readonly clock: ClockState;
  readonly batch: OpenBatchState;
  readonly totals: TotalsState;
  readonly ledger: LedgerState;
  readonly floor: WealthState | null;
  readonly promotion: PromotionState;
  readonly ratio: readonly number[];
  readonly bounds: LatencyBoundsState;
  readonly tails: TailSharesState;
  readonly instances: LeaveOneOutState;
  readonly shares: ShareCheckState;
  readonly clients: ClientWindowState;
  readonly decision: DecisionState;
}

/** Seconds. */
export interface ClockState {
  /** When the rollout began; null before the first word. */
  readonly origin: number | null;
  readonly t: number;
  /** End of the last batch: capital moves by it. */
  readonly closedAt: number;
  readonly cutAt: number;
  readonly scrapedAt: number;
  /** Parts of the capital released by cuts. */
  readonly cuts: number;
}

export interface OpenBatchState {
  readonly openedAt: number;
  /** Canary, bad, milliseconds (null: no answer), instance, minute, client's cell. */
  readonly units: readonly (readonly [0 | 1, 0 | 1, number | null, string | null, number, number])[];
}

export interface TotalsState {
  readonly canary: { readonly requests: number; readonly bad: number };
  readonly stable: { readonly requests: number; readonly bad: number };
}

export interface DecisionState {
  readonly verdict: 'rollback' | 'void' | null;
  readonly voidReason: string | null;
  readonly decidedAt: number | null;
  readonly promotableAt: number | null;
  readonly peakLogE: number;
  readonly blame: AnalysisReport['blame'];
}
