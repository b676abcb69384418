/** Runs a function of the backend by its name: what must work for the release to be worth anything. */
import { formatDuration } from '../util/duration.ts';
import type { ExecResult } from '../util/exec.ts';
import type { Check } from './check.ts';
import { judgeEnd, lastLines } from './command.ts';
import { type Finding, verdict } from './verdict.ts';

const LIMIT_MS = 60_000;

/** What npx says when the runner itself is missing: its exit code is that of a failing function. */
const RUNNER_MISSING = /npx canceled due to missing packages|could not determine executable to run|command not found/;

export interface CriticalOptions {
  readonly runner: readonly [string, ...string[]];
  readonly cwd: string;
}

/** Must end without an error; what it answers does not matter. */
export function criticalFunction(name: string, options: CriticalOptions): Check {
  return critical(`function ${name}`, name, options, () => null);
}

/** Must end without an error and answer something: nothing, null and NaN cannot tell. */
export function criticalQuery(name: string, options: CriticalOptions): Check {
  return critical(`query ${name}`, name, options, ({ stdout }) => {
    const answer = stdout.trim();
    if (!['', 'null', 'undefined', 'NaN'].includes(answer)) return null;
    return { status: 'inconclusive', what: `expected an answer, saw ${answer || 'none'}` };
  });
}

function critical(
  check: string,
  name: string,
  { runner, cwd }: CriticalOptions,
  judge: (result: ExecResult) => Finding | null,
): Check {
  return {
    name: check,
    async run(ctx) {
      const result = await ctx.exec([...runner, name], { cwd, limitMs: LIMIT_MS, signal: ctx.signal });
      const finding = judgeRunner(result, runner) ?? judgeEnd(result, { exit: 0, limitMs: LIMIT_MS }) ?? judge(result);
      const time = { name: 'duration', value: result.ms, unit: 'ms' };
      return verdict(
        check,
        `answered in ${formatDuration(result.ms)}`,
        finding ? [finding] : [],
        [time],
        lastLines(result),
      );
    },
  };
}

function judgeRunner(result: ExecResult, runner: readonly string[]): Finding | null {
  if (result.ended === 'not-found')
    return { status: 'error', what: `the runner cannot be started: ${runner[0]} was not found` };
  if (result.code !== 0 && RUNNER_MISSING.test(result.stderr)) {
    return { status: 'error', what: `the runner cannot be started: ${runner.join(' ')}` };
  }
  return null;
}
