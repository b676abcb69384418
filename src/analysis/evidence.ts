/** Everything that was learned about a candidate, and the verdict it amounts to. */
import type { AnalysisOptions, AnalysisReport, Counts, MetricName, Outcome } from './analysis.ts';
import { errorTally } from './bets.ts';
import { type CaseAgainst, createCaseAgainst, type Phase } from './case-against.ts';
import { histogramsOf } from './histogram.ts';
import { createLatencyBounds, type LatencyBounds } from './latency-bounds.ts';
import { batchOf, type Unit } from './micro-batch.ts';
import { createPromotion, type Promotion } from './promotion.ts';
import { createRatioEvidence, type RatioEvidence } from './ratio-interval.ts';
import type { RolloutClock } from './rollout-clock.ts';
import { createShareCheck, type ShareCheck } from './share-check.ts';
import type { AnalysisState, DecisionState } from './state.ts';
import { createTailShares, type TailShares } from './tail-shares.ts';
import { createTotals, type Totals } from './totals.ts';
import { decide, UNDECIDED, verdictOf } from './verdict.ts';

export interface Evidence {
  tally(outcome: Outcome): void;
  tallyCounts(counts: Counts): void;
  /** The router sent a request to an arm. */
  drawn(canary: boolean): void;
  setShare(share: number | null): void;
  judgeUnits(units: readonly Unit[], clock: RolloutClock): void;
  judgeCounts(counts: Counts, clock: RolloutClock): void;
  /** Draws the verdict from what is known; after each batch this has been done. */
  conclude(clock: RolloutClock): void;
  report(t: number): AnalysisReport;
  state(): Omit<AnalysisState, 'version' | 'options' | 'clock' | 'batch' | 'clients'>;
}

/** What only batches change. */
type Standing = Omit<AnalysisReport, 't' | 'canary' | 'stable'>;

export function createEvidence(options: AnalysisOptions, state?: AnalysisState): Evidence {
  const book = openBook(options, state);
  let decision = state?.decision ?? UNDECIDED;
  /** Kept between batches: one may look after every request. */
  let standing: Standing | null = null;

  const conclude = (clock: RolloutClock): void => {
    standing = null;
    decision = decide(decision, {
      t: clock.now(),
      weighing: book.against.weigh(),
      bound: boundOf(options),
      fault: book.shares.fault(),
      promotable: book.promotion.passed(),
    });
  };
  return {
    tally: book.totals.addOutcome,
    tallyCounts: (counts) => {
      book.totals.addCounts(counts);
      book.shares.add(counts.canary.requests, counts.stable.requests);
    },
    drawn: (canary) => book.shares.add(canary ? 1 : 0, canary ? 0 : 1),
    setShare: book.shares.setShare,
    judgeUnits: (units, clock) => {
      judgeUnits(book, units, openPhase(book, clock));
      clock.closed();
      conclude(clock);
    },
    judgeCounts: (counts, clock) => {
      judgeCounts(book, counts, openPhase(book, clock));
      clock.closed();
      conclude(clock);
    },
    conclude,
    report: (t) => ({ t, ...(standing ??= standingOf(book, decision)), ...book.totals.state() }),
    state: () => ({ ...stateOf(book), decision }),
  };
}

/** All that batches are written into. */
interface Book {
  readonly options: AnalysisOptions;
  readonly against: CaseAgainst;
  readonly promotion: Promotion;
  readonly ratio: RatioEvidence;
  readonly bounds: LatencyBounds;
  readonly tails: TailShares;
  readonly shares: ShareCheck;
  readonly totals: Totals;
}

function openBook(options: AnalysisOptions, state?: AnalysisState): Book {
  return {
    options,
    against: createCaseAgainst(options, state),
    promotion: createPromotion(options, state?.promotion),
    ratio: createRatioEvidence(state?.ratio),
    bounds: createLatencyBounds(options.history, state?.bounds),
    tails: createTailShares(state?.tails),
    shares: createShareCheck(state?.shares),
    totals: createTotals(state?.totals),
  };
}

const boundOf = ({ alpha }: AnalysisOptions): number => Math.log(1 / alpha);

/** Capital moves, and the phase is known, before the batch is looked at. */
function openPhase({ options, against }: Book, clock: RolloutClock): Phase {
  against.release(clock.slots());
  return options.grace !== null && clock.sinceStart() < options.grace.seconds ? 'grace' : 'strict';
}

function judgeUnits(book: Book, units: readonly Unit[], phase: Phase): void {
  const { against, promotion, ratio, bounds, tails } = book;
  const batch = batchOf(units, book.options.latency !== null);
  const known = bounds.tails();
  against.betUnits(units, batch, known, phase);
  if (phase === 'strict') promotion.betBatch(batch, { tails: known, body: null });
  ratio.add(batch.errors);
  if (batch.arms === null) return;
  if (known === null) bounds.learnUnits(units);
  else tails.addArms(batch.arms, known);
}

function judgeCounts(book: Book, counts: Counts, phase: Phase): void {
  const { against, promotion, ratio, bounds, tails } = book;
  const known = { tails: bounds.tails(), body: bounds.body() };
  against.betCounts(counts, known.tails, phase);
  if (phase === 'strict') promotion.betCounts(counts, known);
  ratio.add(errorTally(counts));
  if (book.options.latency === null) return;
  const histograms = histogramsOf(counts);
  if (histograms !== null) bounds.learnCounts(histograms);
  if (known.tails !== null) tails.addCounts(counts, known.tails);
}

function standingOf({ options, against, promotion, ratio, tails }: Book, decision: DecisionState): Standing {
  const metrics: readonly MetricName[] = options.latency === null ? ['errors'] : ['errors', 'latency'];
  return {
    ...verdictOf(decision),
    voidReason: decision.voidReason,
    logE: against.weigh().logE,
    peakLogE: decision.peakLogE,
    bound: boundOf(options),
    metrics: metrics.map((metric) => ({
      metric,
      logE: against.logE(metric),
      logPromote: promotion.logE(metric),
    })),
    blame: decision.blame,
    ratio: ratio.interval(options.alpha),
    tail: tails.clearest(),
  };
}

function stateOf({ against, promotion, ratio, bounds, tails, shares, totals }: Book) {
  return {
    ...against.state(),
    totals: totals.state(),
    promotion: promotion.state(),
    ratio: ratio.state(),
    bounds: bounds.state(),
    tails: tails.state(),
    shares: shares.state(),
  };
}
