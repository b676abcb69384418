/** Prints reports in the format that was asked for, and sets the exit code. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, type ExitCode, Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { annotationLines } from './annotations.ts';
import type { OutputOptions } from './options.ts';
import { reportLines, summaryLines } from './print.ts';
import { levelOf, type SchemaReport } from '../../compatibility/report.ts';
import { toSarif } from './sarif.ts';

export type FailOn = 'breaking' | 'unknown' | 'never';

export interface Finish {
  readonly reports: readonly SchemaReport[];
  /** What `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly failOn: FailOn;
  /** What to do next when nothing, and when something stands in the way. */
  readonly next: { readonly clear: string; readonly blocked: string };
}

function codeOf(reports: readonly SchemaReport[], failOn: FailOn): ExitCode {
  const level = levelOf(reports);
  if (level === 'error' && failOn !== 'never') return EXIT.refused;
  return level === 'unknown' && failOn === 'unknown' ? EXIT.refused : EXIT.ok;
}

function writeSarif(cli: Cli, file: string, sarif: unknown): void {
  try {
    writeFileSync(resolve(cli.cwd, file), `${JSON.stringify(sarif, null, 2)}\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem('USAGE', `The SARIF file ${file} cannot be written`, {
      why,
      next: 'name another with --sarif',
      cause: error,
    });
  }
}

/** A finding in a workflow is annotated without being asked, as every other outcome is. */
function annotate(reports: readonly SchemaReport[], print: (line: string) => void): void {
  for (const line of annotationLines(reports)) print(line);
}

export function finish(cli: Cli, options: OutputOptions, { reports, json, failOn, next }: Finish): void {
  const code = codeOf(reports, failOn);
  cli.exit(code);
  const sarif = () => toSarif(reports, cli.version);
  if (options.sarif !== undefined) writeSarif(cli, options.sarif, sarif());
  const format = options.json ? 'json' : (options.format ?? 'text');
  if (format === 'github') return annotate(reports, cli.out);
  if (cli.env.github) annotate(reports, cli.err);
  if (format === 'json') return cli.out(JSON.stringify(json));
  if (format === 'sarif') return cli.out(JSON.stringify(sarif(), null, 2));
  const blocked = ['error', 'unknown'].includes(levelOf(reports));
  for (const [at, report] of reports.entries()) {
    if (at > 0) cli.out('');
    for (const line of reportLines(cli, report)) cli.out(line);
  }
  for (const line of summaryLines(cli, reports, blocked ? next.blocked : next.clear)) cli.out(line);
}
