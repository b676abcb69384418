/** Errors: what failed, why, what is live now, the command to run next. */
import type { Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { paint, shape } from './shape.ts';

export function problemJson(problem: Problem): Record<string, unknown> {
  const { code, message, why, live, next, details, exitCode } = problem;
  return { error: { code, message, why, live, next, ...(details.length > 0 ? { details } : {}) }, exitCode };
}

/** `live` is known by whoever had the project open; a problem that carries it itself wins. */
export function printProblem(cli: Cli, problem: Problem, options: { json: boolean; live?: string | undefined }): void {
  const live = problem.live ?? options.live;
  if (options.json) cli.out(JSON.stringify({ ...problemJson(problem), ...(live ? { live } : {}) }));
  cli.err(`${shape(cli, 'needs-you')} ${paint(cli, 'bold', problem.message)}`);
  if (problem.why) cli.err(`  why   ${problem.why}`);
  for (const detail of problem.details) if (detail !== problem.why) cli.err(`        ${detail}`);
  if (live) cli.err(`  live  ${live}`);
  if (problem.next) cli.err(`  next  ${problem.next}`);
}

export function printBug(cli: Cli, error: unknown): void {
  cli.err(`${shape(cli, 'needs-you')} This is a bug in belay ${cli.version}, not something you did.`);
  cli.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  cli.err('  next  belay status   shows what is live; please report this with the text above');
}
