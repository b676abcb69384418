/** `belay pause`: the running deployment stops where it is and waits for a person. */
import { Command } from 'commander';
import { ask } from '../ask.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishRequest } from '../finish-request.ts';
import { withCommonOptions } from '../options.ts';
import { withEnvironment } from '../with-project.ts';

interface PauseOptions extends CommonOptions {
  readonly reason?: string;
  readonly wait: boolean;
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('pause'))
    .description('Ask the running deployment to wait for a person, and wait until it does.')
    .option('--reason <text>', 'why, for the record')
    .option('--no-wait', 'ask only; do not wait for the answer')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nThe environment stays closed until `belay resume` or `belay abort`.' +
          '\nA canary stays at its share meanwhile; it is judged on, and goes back by itself.' +
          '\nExits with 0 when it is paused, else with the code of the outcome.' +
          '\n\nExamples:\n  belay pause --env production --reason "looking at the error rate"',
      ),
    )
    .action((options: PauseOptions) =>
      withEnvironment(cli, options, { render: options, doing: 'pause' }, async (opened) => {
        const reason = options.reason ?? '';
        const ended = await ask(opened, { kind: 'pause', reason, wait: options.wait, until: 'accepted' });
        // A canary is not left alone with its share: it waits, and goes on judging.
        const goesOn = ended.accepted ? `${ended.deployment} stays at its share, and is judged on: belay resume` : null;
        await finishRequest(cli, options, opened, { ...ended, asked: 'pause', ...(goesOn ? { goesOn } : {}) }, [
          'paused',
        ]);
      }),
    );
