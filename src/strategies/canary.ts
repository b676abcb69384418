/**
 * When a canary may take more traffic, and when it goes back. Pure: what the analysis says and how long the
 * stage lasts in, the next action out. The order of the rules is the order of their weight.
 */
import type { AnalysisOptions, AnalysisReport, Baseline } from '../analysis/analysis.ts';

export interface CanaryStage {
  /** Of the candidate, above 0 and below 1. */
  readonly share: number;
  /** Not left earlier, whatever the evidence in favour. */
  readonly minMs: number;
  /** The last stage before all traffic waits this long for evidence in favour. */
  readonly maxMs: number;
  /** The old release keeps the rest for comparison, although the candidate has shown itself. */
  readonly holdBack: boolean;
}

/** The part of a plan that a canary is judged by; kept with it, so that recovery judges alike. */
export interface CanaryPlan {
  readonly stages: readonly CanaryStage[];
  readonly promotion: 'automatic' | 'manual';
  /** The last stage is over, and the candidate was shown neither good nor bad. */
  readonly onInconclusive: 'continue' | 'extend' | 'hold' | 'abort';
  /** Nothing was seen of the candidate for `silenceMs`. */
  readonly onNoData: 'abort' | 'hold' | 'probe';
  readonly silenceMs: number;
  /** The process that judges was not heard of for so long: the routers move everybody back by themselves. */
  readonly unwatchedMs: number;
  /** More failed requests of the candidate than this are never risked; null: no limit. */
  readonly maxFailures: number | null;
  /** Between two measurements in the journal. */
  readonly intervalMs: number;
  /** Whether what the routers of the targets see is evidence. */
  readonly routers: boolean;
  readonly judge: Omit<AnalysisOptions, 'history'>;
  /** What the stable release did before, by target: where the analysis starts from. */
  readonly baselines: Readonly<Record<string, ObservedBaseline>>;
}

export interface ObservedBaseline extends Baseline {
  /** Share of requests that failed then; null without requests. */
  readonly errorRate: number | null;
}

/** A canary as it is configured: what it is judged against is seen only when it begins. */
export type CanarySettings = Omit<CanaryPlan, 'baselines'>;

/** The stage as it stands. */
export interface CanaryView {
  readonly stage: CanaryStage;
  /** No further stage takes more traffic. */
  readonly last: boolean;
  readonly elapsedMs: number;
  /** Since anything was seen of the candidate, at most `elapsedMs`. */
  readonly silentMs: number;
  /** One for each source of evidence. */
  readonly reports: readonly AnalysisReport[];
  readonly asked: 'promote' | 'advance' | null;
  readonly paused: boolean;
}

export type CanaryAction =
  | { readonly do: 'watch'; readonly why: string }
  /** As it is, until a person says how to go on. */
  | { readonly do: 'hold'; readonly why: string }
  /** Nobody asks the candidate: ask it ourselves. */
  | { readonly do: 'probe'; readonly why: string }
  | { readonly do: 'advance'; readonly why: string; readonly conclusive: boolean }
  /** All traffic, leaving out the stages between. */
  | { readonly do: 'promote'; readonly why: string }
  | {
      readonly do: 'back';
      readonly why: string;
      readonly cause: 'worse' | 'failures' | 'no-data' | 'inconclusive' | 'void';
    };

/** An extended stage lasts at most this many times as long. */
const EXTENDED = 3;

export function nextCanaryAction(plan: CanaryPlan, view: CanaryView): CanaryAction {
  return (
    against(plan, view) ?? wished(view) ?? withoutEvidence(plan, view) ?? inFavour(plan, view) ?? byTime(plan, view)
  );
}

function against(plan: CanaryPlan, view: CanaryView): CanaryAction | null {
  if (view.reports.some(({ verdict }) => verdict === 'rollback')) {
    return { do: 'back', cause: 'worse', why: 'the candidate is worse than the old release' };
  }
  const failures = view.reports.reduce((most, { canary }) => Math.max(most, canary.bad), 0);
  if (plan.maxFailures !== null && failures > plan.maxFailures) {
    const why = `${failures} requests of the candidate failed, and no more than ${plan.maxFailures} may be risked`;
    return { do: 'back', cause: 'failures', why };
  }
  const broken = view.reports.find(({ verdict }) => verdict === 'void');
  if (!broken) return null;
  return { do: 'back', cause: 'void', why: broken.voidReason ?? 'requests do not reach the releases by their shares' };
}

function wished({ asked, paused }: CanaryView): CanaryAction | null {
  if (asked === 'promote') return { do: 'promote', why: 'a person asked for it' };
  if (asked === 'advance') return { do: 'advance', conclusive: false, why: 'a person asked for it' };
  return paused ? { do: 'hold', why: 'paused by a person: belay resume, or belay abort' } : null;
}

/** Silence is no health: neither more traffic nor a promotion rests on it. */
function withoutEvidence(plan: CanaryPlan, view: CanaryView): CanaryAction | null {
  if (view.silentMs < plan.silenceMs) return null;
  const why = `nothing was seen of the candidate for ${Math.round(view.silentMs / 1_000)} s`;
  switch (plan.onNoData) {
    case 'abort':
      return { do: 'back', cause: 'no-data', why };
    case 'hold':
      return { do: 'hold', why: `${why}: belay promote --step, or belay abort` };
    case 'probe':
      return { do: 'probe', why };
  }
}

function shownGood({ reports }: CanaryView): boolean {
  return reports.length > 0 && reports.every(({ verdict }) => verdict === 'promote');
}

function inFavour(plan: CanaryPlan, view: CanaryView): CanaryAction | null {
  if (view.stage.holdBack || view.elapsedMs < view.stage.minMs || !shownGood(view)) return null;
  if (plan.promotion === 'manual') return { do: 'hold', why: 'shown to be good: belay promote' };
  return { do: 'promote', why: 'shown to be good' };
}

function byTime(plan: CanaryPlan, view: CanaryView): CanaryAction {
  const { stage, elapsedMs } = view;
  const left = (untilMs: number) => `${Math.ceil((untilMs - elapsedMs) / 1_000)} s left`;
  if (elapsedMs < stage.minMs) return { do: 'watch', why: left(stage.minMs) };
  if (stage.holdBack) return { do: 'advance', conclusive: shownGood(view), why: 'the time of comparison is over' };
  if (plan.promotion === 'manual') return { do: 'hold', why: 'waits for: belay promote --step, or belay promote' };
  if (!view.last) return { do: 'advance', conclusive: false, why: 'nothing speaks against it' };
  if (elapsedMs < stage.maxMs) return { do: 'watch', why: `waiting for evidence, ${left(stage.maxMs)}` };
  return inconclusive(plan, view);
}

function inconclusive(plan: CanaryPlan, { stage, elapsedMs }: CanaryView): CanaryAction {
  const why = 'inconclusive: shown to be neither good nor bad';
  switch (plan.onInconclusive) {
    case 'continue':
      return { do: 'advance', conclusive: false, why };
    case 'hold':
      return { do: 'hold', why: `${why}: belay promote, or belay abort` };
    case 'extend':
      if (elapsedMs < stage.maxMs * EXTENDED) return { do: 'watch', why: `${why}; extended` };
      return { do: 'back', cause: 'inconclusive', why };
    case 'abort':
      return { do: 'back', cause: 'inconclusive', why };
  }
}
