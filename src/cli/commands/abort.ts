/** `belay abort`: the running deployment stops and goes back; one that nobody runs any more is taken back here. */
import { Command } from 'commander';
import { recover } from '../../core/recover.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import { ask, isHeld } from '../ask.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishRequest, nothingToDo } from '../finish-request.ts';
import { withCommonOptions } from '../options.ts';
import { type Opened, withEnvironment } from '../with-project.ts';

interface AbortOptions extends CommonOptions {
  readonly reason?: string;
  readonly wait: boolean;
}

async function askToStop(opened: Opened, options: AbortOptions) {
  const { deployment, outcome, rollback } = await ask(opened, {
    kind: 'abort',
    reason: options.reason ?? '',
    wait: options.wait,
  });
  // A committed deployment is taken back by a rollback of its own.
  if (rollback)
    return {
      deployment: rollback.id,
      outcome: rollback.outcome === 'committed' ? ('rolled-back' as const) : rollback.outcome,
    };
  return { deployment, outcome };
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('abort'))
    .description('Ask the running deployment to stop and go back, and wait until it has.')
    .option('--reason <text>', 'why, for the record')
    .option('--no-wait', 'ask only; do not wait for the answer')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nA deployment that is paused, or that was left by a dead process, is taken back by this command itself.' +
          '\nExits with 0 when what ran before is live again, else with the code of the outcome.' +
          '\n\nExamples:\n  belay abort --env production --reason "wrong branch"',
      ),
    )
    .action((options: AbortOptions) =>
      withEnvironment(
        cli,
        options,
        { render: options, doing: 'abort', stopWords: 'No longer waiting; what was asked stays asked.' },
        async (opened) => {
          const wanted = ['rolled-back', 'refused'] as const;
          const { runtime } = opened.project;
          if (await isHeld(opened)) {
            const ended = await askToStop(opened, options);
            return finishRequest(cli, options, opened, { ...ended, asked: 'abort' }, wanted);
          }
          const row = await readEnvironmentRow(runtime.store, opened.name);
          if (!row?.open && !row?.attention)
            return nothingToDo(cli, options, opened, `nothing is under way on ${opened.name}`);
          const reason = options.reason ?? `aborted by ${runtime.actor}`;
          const ended = await recover(runtime, opened.environment, 'backward', reason);
          if (!ended) return nothingToDo(cli, options, opened, 'it has ended meanwhile');
          await finishRequest(cli, options, opened, { ...ended, asked: 'abort' }, wanted);
        },
      ),
    );
