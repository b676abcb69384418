/**
 * Compares a candidate with stable while both serve: takes requests or scrapes in, keeps the evidence, and says when
 * it is enough. Whoever looks, and how often, changes nothing: the false-alarm probability holds at all times at once.
 */
import type { Analyser, AnalysisOptions, Counts, Outcome } from './analysis.ts';
import { createEvidence } from './evidence.ts';
import { checkCounts, checkOptions, checkOutcome, checkTime } from './input-checks.ts';
import { createOpenBatch } from './open-batch.ts';
import { createRolloutClock } from './rollout-clock.ts';
import { type AnalysisState, STATE_VERSION } from './state.ts';

/**
 * @param state of an earlier analyser with the same options: continues with the same numbers
 * @throws RangeError for an option that cannot be, or a state gathered under other options
 */
export function createAnalyser(options: AnalysisOptions, state?: AnalysisState): Analyser {
  checkOptions(options);
  const written = JSON.stringify(options);
  if (state !== undefined) checkState(state, written);
  const clock = createRolloutClock(state?.clock);
  const evidence = createEvidence(options, state);
  const batch = createOpenBatch(options.history.ratePerSecond, state);

  evidence.conclude(clock);

  const close = (): void => {
    const units = batch.take();
    if (units.length > 0) evidence.judgeUnits(units, clock);
  };
  return {
    observe: (outcome: Outcome) => {
      checkOutcome(outcome);
      const t = clock.advance(outcome.t);
      if (batch.isOverdue(t)) close();
      evidence.tally(outcome);
      const drawn = batch.add(outcome, t, clock.minute());
      if (drawn) evidence.drawn(outcome.canary);
      if (batch.isFull()) close();
    },
    count: (counts: Counts) => {
      checkCounts(counts);
      const spansCut = clock.scrape(counts.t);
      evidence.tallyCounts(counts);
      if (!spansCut) evidence.judgeCounts(counts, clock);
    },
    cut: (t: number, share?: number | null) => {
      checkTime(t, share ?? null);
      const first = clock.isUnset();
      close();
      clock.advance(t);
      if (!first) clock.cut();
      if (share !== undefined) evidence.setShare(share);
    },
    flush: close,
    report: () => evidence.report(clock.now()),
    state: () => ({
      version: STATE_VERSION,
      options: written,
      clock: clock.state(),
      ...batch.state(),
      ...evidence.state(),
    }),
  };
}

function checkState(state: AnalysisState, written: string): void {
  if (state.version !== STATE_VERSION)
    throw new RangeError(`state.version must be ${STATE_VERSION}, not ${state.version}`);
  if (state.options !== written)
    throw new RangeError('state.options must be the options the evidence was gathered under');
}
