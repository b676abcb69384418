/** `belay analyze`: a recorded canary rollout, judged again. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT, Problem } from '../../core/errors.ts';
import { type Analysed, analyzeTrace } from '../analyze/analyze-trace.ts';
import { JUDGES, type JudgeName, JUDGE_WARNINGS } from '../analyze/judge-name.ts';
import { readMeta } from '../analyze/meta.ts';
import { analysedJson, printAnalysed } from '../analyze/print.ts';
import type { ReplaySettings } from '../analyze/replay.ts';
import type { BuildCommand, Cli } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { durationOption } from '../options.ts';
import { shape } from '../render/shape.ts';

interface AnalyzeOptions {
  readonly meta?: string;
  readonly judge?: JudgeName;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly alpha: number;
  readonly beta: number;
  readonly tolerance: number;
  readonly promoteBelow: number;
  readonly errorFloor?: number;
  readonly latencyTolerance: number;
  readonly latencyPromoteBelow: number;
  readonly latency: boolean;
  readonly grace?: number;
}

const numberOption =
  (expected: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text.replace(/ ?%$/, '')) / (text.endsWith('%') ? 100 : 1);
    if (text.trim() === '' || !Number.isFinite(value) || !fits(value))
      throw new InvalidArgumentError(`expected ${expected}`);
    return value;
  };
const probability = numberOption('a probability such as 0.01 or 1%', (value) => value > 0 && value < 1);
const factor = numberOption('how many times, 1 or more', (value) => value >= 1);
const slowdown = numberOption('a share such as 0.1 or 10%', (value) => value >= 0);

/** A cold start has up to eight times the errors (canary.md, B4). */
const GRACE_TOLERANCE = 8;

/** @throws Problem USAGE for tolerances that contradict each other */
function settingsOf(options: AnalyzeOptions): ReplaySettings {
  const { tolerance, promoteBelow, latencyTolerance, latencyPromoteBelow, grace } = options;
  const wrong =
    promoteBelow <= tolerance
      ? (['--promote-below', '--tolerance'] as const)
      : latencyPromoteBelow <= latencyTolerance
        ? (['--latency-promote-below', '--latency-tolerance'] as const)
        : null;
  if (wrong)
    throw new Problem('USAGE', `${wrong[0]} is not above ${wrong[1]}`, {
      why: 'what is still promoted must be distinguishable from what is still good',
      next: 'belay analyze --help',
    });
  return {
    judge: options.judge ?? null,
    explain: options.explain ?? false,
    alpha: options.alpha,
    beta: options.beta,
    errors: { tolerance, promoteBelow, floor: options.errorFloor ?? null },
    latency: options.latency ? { tolerance: latencyTolerance, promoteBelow: latencyPromoteBelow } : null,
    grace: grace === undefined ? null : { seconds: grace / 1_000, tolerance: GRACE_TOLERANCE },
  };
}

function show(cli: Cli, options: AnalyzeOptions, one: Analysed, first: boolean): void {
  const judge = options.judge ?? null;
  if (one.truncated) cli.err(`${shape(cli, 'waiting')} ${one.name} is cut in the middle: analysed as far as it goes`);
  if (options.json) return cli.out(JSON.stringify(analysedJson(one, judge)));
  if (!first) cli.out('');
  printAnalysed(cli, one, judge);
}

async function analyze(cli: Cli, traces: readonly string[], options: AnalyzeOptions): Promise<void> {
  const settings = settingsOf(options);
  const meta = options.meta === undefined ? null : readMeta(options.meta, traces);
  if (settings.judge) cli.err(`${shape(cli, 'waiting')} ${settings.judge}: ${JUDGE_WARNINGS[settings.judge]}`);
  for (const [at, trace] of traces.entries())
    show(cli, options, await analyzeTrace(trace, meta?.get(trace) ?? null, settings), at === 0);
  cli.exit(EXIT.ok);
}

const HELP = `
TRACE is CSV with the header t,arm,status,latency_ms, the same gzipped, or NDJSON with these keys. t is in seconds from the canary's start, rows before 0 are history; arm is c for the canary, b for the old release; a status of 500 or above, 0, or no number is a failure. META is {"weight_steps":[[0,0.05],[300,0.25]],"duration_s":1200}, for several traces an object of these by name.

The exit code says whether the analysis was done; the verdict is in the output.

Examples:
  belay analyze rollout.csv.gz --meta rollout.json --explain
  belay analyze traces/*.csv.gz --meta meta.json --json
  belay analyze rollout.csv --grace 90s --tolerance 1.25
  belay analyze rollout.csv --judge mann-whitney`;

export const command: BuildCommand = (cli) =>
  new Command('analyze')
    .description('A recorded canary rollout, judged again: would it have been taken back, promoted, when and why.')
    .argument('<trace...>', 'recorded requests, a file each')
    .option('-m, --meta <file>', 'the shares and duration that were meant, as JSON')
    .option('--explain', 'show the evidence over time')
    .addOption(new Option('--judge <name>', 'judge as other tools do, to compare').choices(JUDGES))
    .option('--alpha <p>', 'highest probability of taking a good release back', probability, 0.01)
    .option('--beta <p>', 'highest probability of promoting one that is worse than allowed', probability, 0.05)
    .option('--tolerance <times>', 'up to this many times the errors is still good', factor, 1)
    .option('--promote-below <times>', 'promoted when shown to have fewer than this many times the errors', factor, 2)
    .option('--error-floor <share>', 'an error rate up to this is never a reason to go back', probability)
    .option('--latency-tolerance <share>', 'up to this much slower is still good', slowdown, 0)
    .option('--latency-promote-below <share>', 'promoted when shown to be less than this much slower', slowdown, 0.25)
    .option('--no-latency', 'judge errors only')
    .option(
      '--grace <duration>',
      'forgive a cold start for so long: eight times the errors, then strict',
      durationOption,
    )
    .option('--json', 'print one JSON object a trace on standard output')
    .option('--ascii', 'use no characters beyond ASCII')
    .addHelpText('after', helpText(cli, HELP))
    .action((traces: readonly string[], options: AnalyzeOptions) => analyze(cli, traces, options));
