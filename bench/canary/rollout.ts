/** One simulated rollout, judged by our engine and, beside it, by the older judges, on the very same requests. */
import { createAnalyser } from '../../src/analysis/analyser.ts';
import type { Analyser, AnalysisOptions, Outcome } from '../../src/analysis/analysis.ts';
import type { Judge } from '../../src/analysis/judges/judge.ts';
import { createMannWhitneyJudge } from '../../src/analysis/judges/mann-whitney.ts';
import { createThresholdJudge, THRESHOLD_DEFAULTS } from '../../src/analysis/judges/threshold.ts';
import { isDrawable } from './batches.ts';
import type { Cell } from './cells.ts';
import { runCounted } from './counted.ts';
import { runDrawn } from './drawn.ts';
import type { Ending } from './summary.ts';
import { baselineOf, P99_MS, requestsOf, shareAt } from './traffic.ts';

export interface Study {
  /** The engine's settings that differ from what `belay` uses. */
  readonly grace: AnalysisOptions['grace'];
  readonly errors: AnalysisOptions['errors'];
  /** Whether the engine learns who asked, and which instance answered. */
  readonly clients: boolean;
  readonly instances: boolean;
  /** The older judges too. */
  readonly peers: boolean;
  /** To the end, although it could be promoted: what counts is whether it is ever taken back. */
  readonly untilPromoted: boolean;
}

export const PLAIN_STUDY: Study = {
  grace: null,
  errors: { tolerance: 1, promoteBelow: 2, floor: null },
  clients: true,
  instances: true,
  peers: false,
  untilPromoted: false,
};

export function optionsFor(cell: Cell, study: Study): AnalysisOptions {
  return {
    alpha: 0.01,
    beta: 0.05,
    errors: study.errors,
    latency: cell.latency === null ? null : { tolerance: 0, promoteBelow: 0.25 },
    history: baselineOf(cell),
    grace: study.grace,
  };
}

/** The engine is asked for a report this often; the report says itself when the verdict fell. */
const ASKED_EVERY = 1_024;

/** What happened to the canary, to be looked up by time afterwards. */
function createTally(cell: Cell) {
  const times: number[] = [];
  const failures: number[] = [];
  return {
    add({ t, canary, bad, latencyMs }: Outcome) {
      if (!canary) return;
      times.push(t);
      // In cells of latency, "failed" is slower than the 99th percentile was.
      if (cell.latency !== null && cell.ratio === 1 ? latencyMs > P99_MS : bad) failures.push(t);
    },
    ending(verdict: Ending['verdict'], until: number): Ending {
      const since = (list: readonly number[]) => list.filter((t) => t >= cell.onset && t <= until).length;
      const seconds = Math.max(0, until - cell.onset);
      const early = verdict === 'rollback' && until < cell.onset;
      return { verdict, seconds, requests: since(times), failed: since(failures), early };
    },
  };
}

function peersOf(cell: Cell): Readonly<Record<string, Judge>> {
  const p99LimitMs = cell.latency === null ? null : 500;
  return {
    'limit 99 %': createThresholdJudge({ ...THRESHOLD_DEFAULTS, p99LimitMs }),
    'limit 95 %': createThresholdJudge({ ...THRESHOLD_DEFAULTS, p99LimitMs, successRateMin: 0.95 }),
    'Mann-Whitney': createMannWhitneyJudge(),
  };
}

const endingOf = (verdict: string): Ending['verdict'] =>
  verdict === 'rollback' || verdict === 'promote' ? verdict : 'inconclusive';

/** The engine as a study feeds it. */
type Subject = Pick<Analyser, 'observe' | 'report'> & { cut(t: number): void };

function openSubject(cell: Cell, study: Study): Subject {
  const { observe, cut, report } = createAnalyser(optionsFor(cell, study));
  const { clients, instances } = study;
  const asSeen = (outcome: Outcome): Outcome => ({
    ...outcome,
    client: clients ? outcome.client : null,
    instance: instances ? outcome.instance : null,
  });
  return {
    observe: clients && instances ? observe : (one: Outcome) => observe(asSeen(one)),
    cut: (t: number) => cut(t, shareAt(cell, t)),
    report,
  };
}

/** Plays the traffic until the verdict, and to its end where others judge too. */
function play(cell: Cell, study: Study, run: number, subject: Subject, witness: (outcome: Outcome) => void): void {
  let [step, count, decided] = [0, 0, false];
  subject.cut(0);
  for (const outcome of requestsOf(cell, run)) {
    for (; (cell.shares[step + 1]?.[0] ?? Number.POSITIVE_INFINITY) <= outcome.t; step++)
      if (!decided) subject.cut(cell.shares[step + 1]?.[0] ?? 0);
    witness(outcome);
    if (!decided) subject.observe(outcome);
    count += 1;
    if (decided || count % ASKED_EVERY > 0) continue;
    const { verdict } = subject.report();
    decided = verdict === 'rollback' || (study.untilPromoted && verdict === 'promote');
    if (decided && !study.peers) return;
  }
  if (!decided) subject.cut(cell.seconds);
}

/** Endings of cells whose micro-batches can be drawn at once. */
function runBatches(cell: Cell, study: Study, run: number): Readonly<Record<string, Ending>> {
  const { untilPromoted, instances } = study;
  const options = optionsFor(cell, study);
  if (cell.latency === null && cell.instances === null) return { belay: runCounted(cell, options, run, untilPromoted) };
  return runDrawn(cell, options, run, { untilPromoted, instances, alone: cell.latency !== null && !untilPromoted });
}

/** Endings by judge; ours is `belay`, and `belay, latency alone` where that could be told apart. */
export function runRollout(cell: Cell, study: Study, run: number): Readonly<Record<string, Ending>> {
  if (!study.peers && isDrawable(cell)) return runBatches(cell, study, run);
  const subject = openSubject(cell, study);
  const peers = study.peers ? peersOf(cell) : {};
  const judges = Object.values(peers);
  const tally = createTally(cell);
  play(cell, study, run, subject, (outcome) => {
    tally.add(outcome);
    for (const judge of judges) judge.observe(outcome);
  });
  const { verdict, decidedAt } = subject.report();
  const endings: Record<string, Ending> = { belay: tally.ending(endingOf(verdict), decidedAt ?? cell.seconds) };
  for (const [name, judge] of Object.entries(peers)) {
    const said = judge.end(cell.seconds);
    endings[name] = tally.ending(said.verdict, said.verdict === 'rollback' ? said.t : cell.seconds);
  }
  return endings;
}
