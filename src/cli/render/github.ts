/** In GitHub Actions: a job summary, an annotation when it did not go well, and outputs for later steps. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { EXIT, type ExitCode, type Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { jobSummary, markdownText, type Story } from './job-summary.ts';
import type { Ending } from './outcome.ts';
import { OUTCOME_WORDS } from './shape.ts';
import { type Annotation, annotationLine } from './workflow-commands.ts';

/** What later steps can read; an empty text where there is nothing to say. */
export interface Outputs {
  readonly deployment: string;
  /** The release that was to go live. */
  readonly release: string;
  readonly outcome: string;
  /** Where what is live can be looked at. */
  readonly url: string;
  /** The release that is live now; empty when that is not certain. */
  readonly live: string;
  readonly 'rollback-class': string;
}

/** A summary that is larger is dropped whole. */
const SUMMARY_LIMIT = 1024 * 1024;
/** With these codes nothing was begun that would have to be recovered. */
const NOTHING_BEGUN: ReadonlySet<ExitCode> = new Set([
  EXIT.problem,
  EXIT.usage,
  EXIT.refused,
  EXIT.locked,
  EXIT.unreachable,
]);

export function reportToGitHub(cli: Cli, ending: Ending, story: Story, outputs: Outputs): void {
  const { github } = cli.env;
  if (!github) return;
  const short = { ...story, events: [] };
  summarise(cli, [jobSummary(ending, story), jobSummary(ending, short)]);
  append(cli, github.output, Object.entries(outputs).map(outputText).join(''));
  if (story.undelivered) annotate(cli, { kind: 'warning', title: 'belay: not told', text: story.undelivered });
  if (ending.outcome === 'committed') return;
  const title = `belay: ${OUTCOME_WORDS[ending.outcome]}`;
  const text = `${ending.reason ?? ending.what}\nLive: ${ending.live}\nNext: ${ending.next}`;
  annotate(cli, { kind: ending.outcome === 'paused' ? 'warning' : 'error', title, text });
}

/** `outcome` is `none` where nothing was begun; left out, it says that `belay recover` has to look. */
export function reportProblemToGitHub(cli: Cli, problem: Problem, live?: string): void {
  const { github } = cli.env;
  if (!github) return;
  const known = problem.live ?? live;
  const lines = [
    problem.why,
    ...problem.details.filter((detail) => detail !== problem.why),
    known && `Live: ${known}`,
    problem.next && `Next: ${problem.next}`,
  ].filter((line) => line !== undefined && line !== '');
  summarise(cli, [
    `### ▲ ${markdownText(problem.message)}\n\n${lines.map((line) => `- ${markdownText(line ?? '')}`).join('\n')}\n\n`,
  ]);
  if (NOTHING_BEGUN.has(problem.exitCode)) append(cli, github.output, outputText(['outcome', 'none']));
  annotate(cli, { kind: 'error', title: `belay: ${problem.message}`, text: lines.join('\n') || problem.message });
}

/** The delimiter cannot be guessed: no value can end early and set outputs of its own. */
function outputText([name, value]: readonly [string, string]): string {
  const delimiter = `belay-${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** The longest version that still fits beside what the step has summed up before. */
function summarise(cli: Cli, versions: readonly string[]): void {
  const path = cli.env.github?.stepSummary ?? null;
  if (path === null) return;
  const taken = existsSync(path) ? statSync(path).size : 0;
  append(cli, path, versions.find((text) => taken + Buffer.byteLength(text) <= SUMMARY_LIMIT) ?? '');
}

/** What is said beside the deployment does not decide over its exit code. */
function append(cli: Cli, path: string | null, text: string): void {
  if (path === null || text === '') return;
  try {
    appendFileSync(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    annotate(cli, { kind: 'warning', title: 'belay: not written', text: why });
  }
}

function annotate(cli: Cli, annotation: Annotation): void {
  cli.err(annotationLine(annotation));
}
