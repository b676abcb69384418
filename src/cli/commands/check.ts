/** `belay check`: the environment's checks against what is live. */
import { Command } from 'commander';
import type { CheckResult } from '../../checks/check.ts';
import { checkLive } from '../../core/check-live.ts';
import { EXIT, Problem } from '../../core/errors.ts';
import type { CheckStatus } from '../../core/events.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { facts } from '../render/facts.ts';
import { type Look, paint, plainText, shape } from '../render/shape.ts';
import { grid } from '../render/grid.ts';
import { withEnvironment } from '../with-project.ts';

const LOOKS: Readonly<Record<CheckStatus, Look>> = {
  pass: 'live',
  warn: 'waiting',
  fail: 'needs-you',
  inconclusive: 'waiting',
  error: 'waiting',
  'not-configured': 'none',
};

const WORDS: Readonly<Record<CheckStatus, string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  inconclusive: 'cannot tell',
  error: 'could not look',
  'not-configured': 'not checked',
};

const COLUMNS = [
  { title: '' },
  { title: 'verdict' },
  { title: 'check', shrinks: true },
  { title: 'seen', shrinks: true },
] as const;

const fine = (result: CheckResult): boolean => ['pass', 'warn', 'not-configured'].includes(result.status);

function print(cli: Cli, name: string, results: readonly CheckResult[]): void {
  const rows = results.map(({ status, check, summary }) => [shape(cli, LOOKS[status]), WORDS[status], check, summary]);
  for (const line of grid(cli, COLUMNS, rows, cli.columns)) cli.out(line);
  for (const result of results.filter((one) => !fine(one))) {
    const findings = result.findings.length > 0 ? result.findings : [result.summary];
    cli.out(`\n${shape(cli, LOOKS[result.status])} ${paint(cli, 'bold', plainText(cli, result.check))}`);
    for (const text of findings) for (const line of facts(cli, [['', text]])) cli.out(line);
  }
  const failed = results.some((one) => one.status === 'fail');
  const unknown = results.some((one) => !fine(one));
  const next = failed
    ? `belay logs --env ${name}, or belay rollback --env ${name}`
    : unknown
      ? 'belay doctor'
      : `belay status --env ${name}`;
  cli.out(`\n  next  ${next}`);
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('check'))
    .description('Run the health checks against what is live, and ask each target whether it answers. Records nothing.')
    .option('--target <name>', 'ask this target only; the checks run all the same')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExits with 0 when everything passed, with 1 when something failed, could not be told or could not be looked at.' +
          '\n\nExamples:\n  belay check --env production\n  belay check --json',
      ),
    )
    .action((options: CommonOptions & { target?: string }) =>
      withEnvironment(cli, options, { readOnly: true }, async ({ project, name, environment }) => {
        if (options.target !== undefined && !environment.targets.has(options.target)) {
          const why = `${name} has ${[...environment.targets.keys()].join(', ')}`;
          throw new Problem('USAGE', `There is no target ${options.target}`, {
            why,
            next: `belay check --env ${name}`,
          });
        }
        const results = await checkLive(project.runtime, environment, options.target);
        const code = results.every(fine) ? EXIT.ok : EXIT.problem;
        cli.exit(code);
        if (options.json) cli.out(JSON.stringify({ environment: name, results, exitCode: code }));
        else print(cli, name, results);
      }),
    );
