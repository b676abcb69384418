/** Plays a recorded rollout to the engine, request by request, as it would have been judged live. */
import { createAnalyser } from '../../analysis/analyser.ts';
import type { Analyser, AnalysisOptions, AnalysisReport, MetricName, Outcome } from '../../analysis/analysis.ts';
import type { JudgeVerdict } from '../../analysis/judges/judge.ts';
import { createEvidenceLog, type EvidenceRow } from './evidence-log.ts';
import type { History } from './history.ts';
import { createJudge, type JudgeName } from './judge-name.ts';
import type { TraceMeta } from './meta.ts';
import { settledBy } from './outlook.ts';

export interface ReplaySettings {
  readonly judge: JudgeName | null;
  readonly alpha: number;
  readonly beta: number;
  readonly errors: AnalysisOptions['errors'];
  readonly latency: AnalysisOptions['latency'];
  readonly grace: AnalysisOptions['grace'];
  /** Keeps rows of the evidence over time. */
  readonly explain: boolean;
}

export interface Replayed {
  readonly verdict: 'rollback' | 'promote' | 'inconclusive';
  /** Seconds: when it fell, or the last request. */
  readonly t: number;
  readonly blame: MetricName | null;
  /** When it fell or, without a verdict, at the end. */
  readonly report: AnalysisReport;
  readonly rows: readonly EvidenceRow[];
  /** What would have settled it, in words; null with a verdict, or where it cannot be known. */
  readonly settledBy: string | null;
  /** What an older judge says of it; null: our own engine judged. */
  readonly reason: string | null;
}

export interface Replay {
  observe(outcome: Outcome): void;
  /** After the last request. */
  end(): Replayed;
}

/** Batches are full at multiples of this: asked then, the report has the counts of the very verdict. */
const ASKED_EVERY = 16;

interface Steps {
  /** The share from the last step on that has begun; null when nothing is known. */
  share(): number | null;
  /** Cuts the batch at each step that has begun by `t`. */
  advance(t: number): boolean;
}

function createSteps(meta: TraceMeta | null, analyser: Analyser): Steps {
  const steps = meta?.steps ?? [];
  const shareOf = (at: number) => steps[at]?.share ?? null;
  let current = 0;
  analyser.cut(0, shareOf(0));
  return {
    share: () => shareOf(current),
    advance(t) {
      const before = current;
      for (let next = steps[current + 1]; next && next.t <= t; next = steps[current + 1]) {
        current += 1;
        analyser.cut(next.t, next.share);
      }
      return current > before;
    },
  };
}

const isFinal = ({ verdict }: AnalysisReport): boolean => verdict === 'rollback' || verdict === 'void';
const toMilliseconds = (t: number): number => Math.round(t * 1_000) / 1_000;

function verdictOf(report: AnalysisReport, last: number): Pick<Replayed, 'verdict' | 't' | 'blame'> {
  const t = toMilliseconds(report.decidedAt ?? last);
  if (report.verdict === 'rollback') return { verdict: 'rollback', t, blame: report.blame?.metric ?? null };
  if (report.verdict === 'promote') return { verdict: 'promote', t, blame: null };
  return { verdict: 'inconclusive', t: toMilliseconds(last), blame: null };
}

function saidBy(judge: JudgeVerdict): Pick<Replayed, 'verdict' | 't' | 'blame' | 'reason'> {
  return { verdict: judge.verdict, t: toMilliseconds(judge.t), blame: judge.blame, reason: judge.reason };
}

/** What was seen of the evidence on the way. */
function createWatch(analyser: Analyser, steps: Steps, explain: boolean) {
  const log = createEvidenceLog();
  let decided: AnalysisReport | null = null;
  /** When it could first be promoted; it may be taken back all the same. */
  let promotable: AnalysisReport | null = null;
  return {
    isDecided: () => decided !== null,
    look(): void {
      const report = analyser.report();
      if (isFinal(report)) decided = report;
      if (report.verdict === 'promote') promotable ??= report;
      if (explain && log.due(report.t)) log.add({ share: steps.share(), report });
    },
    mark(): void {
      if (explain) log.mark({ share: steps.share(), report: decided ?? analyser.report() });
    },
    /** Of the moment the verdict fell; without one, of the end. */
    report(): AnalysisReport {
      const last = decided ?? analyser.report();
      return last.verdict === 'promote' ? (promotable ?? last) : last;
    },
    rows: log.rows,
  };
}

/** @param history what came before the canary, complete */
export function createReplay(history: History, meta: TraceMeta | null, settings: ReplaySettings): Replay {
  const { judge: name, explain, ...rest } = settings;
  const analyser = createAnalyser({ ...rest, history: history.baseline() });
  const judge = name === null ? null : createJudge(name);
  const steps = createSteps(meta, analyser);
  const watch = createWatch(analyser, steps, explain);
  let [last, sinceCut] = [0, 0];
  return {
    observe(outcome) {
      last = outcome.t;
      judge?.observe(outcome);
      if (watch.isDecided()) return;
      if (steps.advance(outcome.t)) {
        sinceCut = 0;
        watch.look();
        watch.mark();
        // The batch that ended here brought the verdict.
        if (watch.isDecided()) return;
      }
      analyser.observe(outcome);
      sinceCut += 1;
      if (sinceCut % ASKED_EVERY === 0) watch.look();
    },
    end() {
      if (!watch.isDecided()) analyser.flush();
      watch.mark();
      const report = watch.report();
      const said = judge
        ? saidBy(judge.end(meta?.durationSeconds ?? last))
        : { ...verdictOf(report, last), reason: null };
      const open = said.verdict === 'inconclusive';
      const settles = open ? settledBy(report, { ...settings.errors, ...settings }) : null;
      return { ...said, report, rows: watch.rows(), settledBy: settles };
    },
  };
}
