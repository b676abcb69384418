/** Runs a program that must end as expected. */
import { formatDuration } from '../util/duration.ts';
import type { ExecResult } from '../util/exec.ts';
import type { Check } from './check.ts';
import type { CommandSpec } from './spec.ts';
import { type Finding, verdict } from './verdict.ts';

/** A shell's own words for "cannot be run" and "not found". */
const NOT_RUN = [126, 127];
const LAST_LINES = 5;

/** `cwd`: folder in which it runs. */
export function commandCheck(spec: CommandSpec, cwd: string): Check {
  const argv = typeof spec.run === 'string' ? (['sh', '-c', spec.run] as const) : spec.run;
  return {
    name: spec.name,
    async run(ctx) {
      const result = await ctx.exec(argv, { cwd, limitMs: spec.limitMs, signal: ctx.signal });
      const finding = judgeEnd(result, spec) ?? judgeOutput(result, spec);
      return verdict(
        spec.name,
        `exit ${result.code} in ${formatDuration(result.ms)}`,
        finding ? [finding] : [],
        [{ name: 'duration', value: result.ms, unit: 'ms' }],
        lastLines(result),
      );
    },
  };
}

export function lastLines({ tail }: ExecResult): string[] {
  return tail.filter((line) => line.trim() !== '').slice(-LAST_LINES);
}

/** Null when it ended by itself with the expected code. */
export function judgeEnd(
  result: ExecResult,
  expected: { readonly exit: number; readonly limitMs: number },
): Finding | null {
  switch (result.ended) {
    case 'not-found':
      return { status: 'error', what: 'the program cannot be started: it was not found' };
    case 'aborted':
      return { status: 'error', what: 'stopped before it ended' };
    case 'timeout':
      return {
        status: 'fail',
        what: `expected to end within ${formatDuration(expected.limitMs)}, and was stopped then`,
      };
    case 'signal':
      return { status: 'fail', what: `expected exit ${expected.exit}, was ended by a signal` };
    case 'exit':
      if (result.code === expected.exit) return null;
      if (result.code === null) return { status: 'error', what: 'the program cannot be started' };
      if (NOT_RUN.includes(result.code))
        return { status: 'error', what: `the program cannot be started: exit ${result.code}` };
      return { status: 'fail', what: `expected exit ${expected.exit}, saw ${result.code}` };
  }
}

function judgeOutput({ stdout, stderr }: ExecResult, { contains }: CommandSpec): Finding | null {
  if (contains === null || stdout.includes(contains) || stderr.includes(contains)) return null;
  if (stdout.trim() === '' && stderr.trim() === '') {
    return { status: 'inconclusive', what: `expected output with ${JSON.stringify(contains)}, saw none at all` };
  }
  return { status: 'fail', what: `expected output with ${JSON.stringify(contains)}, which is not in it` };
}
