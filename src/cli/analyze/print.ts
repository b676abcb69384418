/** A verdict as JSON, and as a person reads it. */
import type { AnalysisReport } from '../../analysis/analysis.ts';
import { detectableIn } from '../../analysis/outlook.ts';
import { count, percent, ratioText, requests } from '../../core/canary-figures.ts';
import { describeSickInstance, describeVerdict } from '../../core/canary-words.ts';
import type { Cli } from '../cli.ts';
import { facts } from '../render/facts.ts';
import { grid } from '../render/grid.ts';
import { type Look, paint, plainText, shape } from '../render/shape.ts';
import type { Analysed } from './analyze-trace.ts';
import type { EvidenceRow } from './evidence-log.ts';
import { type JudgeName, JUDGE_WARNINGS } from './judge-name.ts';

const LOOKS: Readonly<Record<Analysed['verdict'], Look>> = {
  rollback: 'rolled-back',
  promote: 'live',
  inconclusive: 'waiting',
};
const WORDS: Readonly<Record<Analysed['verdict'], string>> = {
  rollback: 'roll back',
  promote: 'promote',
  inconclusive: 'cannot tell',
};

/** Base 10, as people weigh it: 2 is one in a hundred. */
const log10 = (natural: number): number => Number((natural / Math.LN10).toFixed(4));

const becauseOf = ({ reason, report }: Analysed): string => reason ?? describeVerdict(report);

/** What `--json` prints for a trace; the first four keys are the verdict, the rest is what it stands on. */
export function analysedJson(one: Analysed, judge: JudgeName | null): Record<string, unknown> {
  const { report } = one;
  const { ratio, canary, stable, tail } = report;
  const detectable = detectableIn(report);
  return {
    trace: one.name,
    verdict: one.verdict,
    t: one.t,
    blame: one.blame,
    because: becauseOf(one),
    truncated: one.truncated,
    ...(judge === null ? {} : { judge, warning: JUDGE_WARNINGS[judge] }),
    ...(report.verdict === 'void' ? { void: report.voidReason } : {}),
    evidence: {
      log10: log10(report.logE),
      bound: log10(report.bound),
      metrics: Object.fromEntries(report.metrics.map(({ metric, logE }) => [metric, log10(logE)])),
      promote: Object.fromEntries(report.metrics.map(({ metric, logPromote }) => [metric, log10(logPromote)])),
    },
    counts: { canary, stable },
    ratio,
    latency: tail,
    couldHaveSeen: detectable === null ? null : { errorRatio: detectable, probability: 0.9 },
    settledBy: one.settledBy,
    instance: report.blame?.instance ?? null,
    history: one.history,
    shares: one.described ? 'checked' : 'unknown',
  };
}

const clock = (t: number): string => {
  const seconds = Math.floor(t);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** `0.3`, `12`, `4,100`, `> 1,000,000`. */
function evidence(logE: number): string {
  const value = Math.exp(Math.min(logE, 20));
  if (value >= 1e6) return '> 1,000,000';
  return value < 10 ? value.toFixed(1) : count(Math.floor(value));
}

const COLUMNS = [
  { title: 'time', right: true },
  { title: 'share', right: true },
  { title: 'new', right: true },
  { title: 'failed', right: true },
  { title: 'old', right: true },
  { title: 'failed', right: true },
  { title: 'errors new/old' },
  { title: 'evidence', right: true },
] as const;

function rowOf({ share, report }: EvidenceRow): readonly string[] {
  const { canary, stable } = report;
  const [newer, older] = [canary, stable].map((arm) => [count(arm.requests), count(arm.bad)]);
  const shown = share === null ? '' : percent(share);
  return [clock(report.t), shown, ...(newer ?? []), ...(older ?? []), ratioText(report) ?? '', evidence(report.logE)];
}

function explain(cli: Cli, rows: readonly EvidenceRow[], { bound }: AnalysisReport): void {
  const lines = grid(cli, COLUMNS, rows.map(rowOf), Math.min(cli.columns, 100));
  cli.out('');
  for (const line of lines) cli.out(line);
  cli.out(plainText(cli, `  Rolled back when the evidence reaches ${count(Math.round(Math.exp(bound)))}.`));
  cli.out('');
}

function missing(one: Analysed): string | null {
  const notes = [
    one.truncated ? 'the trace is cut: judged as far as it goes' : '',
    one.described ? '' : 'without --meta: steps unknown, and not checked whether requests were split as meant',
    one.history > 0 ? '' : 'no rows before t = 0: the tail bounds of latency were learned from the rollout itself',
  ];
  return notes.filter(Boolean).join('; ') || null;
}

/** The verdict for a person; with rows of evidence, those first. */
export function printAnalysed(cli: Cli, one: Analysed, judge: JudgeName | null): void {
  const word = paint(cli, 'bold', WORDS[one.verdict]);
  cli.out(`${shape(cli, LOOKS[one.verdict])} ${word}  ${plainText(cli, `${one.name} · at ${clock(one.t)}`)}`);
  if (one.rows.length > 0 && judge === null) explain(cli, one.rows, one.report);
  const { canary, stable } = one.report;
  const seen = `${requests(canary.requests)} to the new release, ${count(canary.bad)} failed; ${count(stable.requests)} to the old one, ${count(stable.bad)} failed`;
  for (const line of facts(cli, [
    ['because', becauseOf(one)],
    ['seen', seen],
    ['instance', describeSickInstance(one.report)],
    ['to settle', one.settledBy],
    ['note', missing(one)],
    ['judge', judge && `${judge}: ${JUDGE_WARNINGS[judge]}`],
  ]))
    cli.out(line);
}
