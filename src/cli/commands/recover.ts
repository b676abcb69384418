/** `belay recover`: finishes or undoes what a dead process or a failed undo has left. */
import { Command, Option } from 'commander';
import { Problem } from '../../core/errors.ts';
import { recover, type Verdict } from '../../core/recover.ts';
import type { Outcome } from '../../core/state.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishRequest, nothingToDo } from '../finish-request.ts';
import { durationOption, withCommonOptions } from '../options.ts';
import { waitingFor, withEnvironment } from '../with-project.ts';

interface RecoverOptions extends CommonOptions {
  readonly reason?: string;
  readonly forward?: boolean;
  readonly backward?: boolean;
  readonly accept?: boolean;
  readonly lockWait?: number;
  readonly verbose?: boolean;
}

function verdictOf(options: RecoverOptions): Verdict {
  if (options.accept && !options.reason) {
    throw new Problem('USAGE', '--accept needs a reason', {
      why: 'it puts on record that a person has put things right by hand',
      next: 'belay recover --accept --reason "what was done"',
    });
  }
  return options.accept ? 'accept' : options.forward ? 'forward' : options.backward ? 'backward' : 'retry';
}

/** What the person asked for is a success, whatever the outcome is called. */
const WANTED: Readonly<Record<Verdict, readonly Outcome[]>> = {
  retry: [],
  forward: [],
  backward: ['rolled-back', 'refused'],
  accept: ['stuck', 'rolled-back'],
};

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('recover'))
    .description('Finish or undo what was left behind. A deployment does this by itself before it starts.')
    .addOption(new Option('--forward', 'go on to the new release').conflicts(['backward', 'accept']))
    .addOption(new Option('--backward', 'go back to what ran before').conflicts('accept'))
    .option('--accept', 'record that a person has put things right by hand; needs --reason')
    .option('--reason <text>', 'why, for the record')
    .option('--lock-wait <duration>', 'how long to wait for another process', durationOption)
    .option('--verbose', 'show the output of commands')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nWithout a direction: forward when the commit is on record, else back to what ran before.' +
          '\nExits with the code of the outcome: 0 committed or nothing to do, 5 rolled back, 6 a person must look.' +
          '\n\nExamples:\n  belay recover --env production\n  belay recover --accept --reason "restarted the host, both targets answer"',
      ),
    )
    .action((options: RecoverOptions) =>
      withEnvironment(cli, options, { render: options, doing: 'recover' }, async (opened) => {
        const verdict = verdictOf(options);
        const { runtime } = opened.project;
        const reason = options.reason ?? `recovered by ${runtime.actor}`;
        const ended = await recover(runtime, waitingFor(opened.environment, options.lockWait), verdict, reason);
        if (!ended) return nothingToDo(cli, options, opened, `nothing was left behind on ${opened.name}`);
        await finishRequest(cli, options, opened, { ...ended, asked: 'recover' }, WANTED[verdict]);
      }),
    );
