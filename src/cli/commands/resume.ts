/** `belay resume`: a paused deployment goes on. */
import { Command, Option } from 'commander';
import { Problem } from '../../core/errors.ts';
import { recover, type Verdict } from '../../core/recover.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import { ask, isHeld } from '../ask.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishRequest, nothingToDo } from '../finish-request.ts';
import { withCommonOptions } from '../options.ts';
import { type Opened, withEnvironment } from '../with-project.ts';

interface ResumeOptions extends CommonOptions {
  readonly reason?: string;
  readonly forward?: boolean;
  readonly backward?: boolean;
  readonly verbose?: boolean;
}

/** False when a canary runs that was told to stay at its share: it is asked, not continued. */
async function isPaused(opened: Opened): Promise<boolean> {
  const row = await readEnvironmentRow(opened.project.runtime.store, opened.name);
  if (row?.attention?.state === 'paused') return true;
  if (row?.open && (await isHeld(opened))) return false;
  const stuck = row?.attention ? `${row.attention.deployment} needs a person: ${row.attention.reason}` : undefined;
  throw new Problem('DEPLOYMENT_UNKNOWN', `No deployment of ${opened.name} is paused`, {
    ...(stuck ? { why: stuck } : {}),
    next: row?.open || stuck ? `belay recover --env ${opened.name}` : `belay status --env ${opened.name}`,
  });
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('resume'))
    .description('Go on with a paused deployment: forward, or back to what ran before.')
    .option('--reason <text>', 'why, for the record')
    .addOption(new Option('--forward', 'go on to the new release (default: where it was going)').conflicts('backward'))
    .option('--backward', 'go back to what ran before')
    .option('--verbose', 'show the output of commands')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExits with the code of the outcome: 0 committed, 5 rolled back, 6 a person must look, 7 paused again.' +
          '\n\nExamples:\n  belay resume --env production\n  belay resume --backward --reason "errors rose"',
      ),
    )
    .action((options: ResumeOptions) =>
      withEnvironment(cli, options, { render: options, doing: 'resume' }, async (opened) => {
        if (!(await isPaused(opened))) {
          const asked = { kind: 'resume', reason: options.reason ?? '', wait: true, until: 'accepted' } as const;
          const told = await ask(opened, asked);
          const goesOn = `${told.deployment} goes on by itself again`;
          return finishRequest(cli, options, opened, { ...told, asked: 'resume', goesOn }, []);
        }
        const { runtime } = opened.project;
        const verdict: Verdict = options.forward ? 'forward' : options.backward ? 'backward' : 'retry';
        const ended = await recover(
          runtime,
          opened.environment,
          verdict,
          options.reason ?? `resumed by ${runtime.actor}`,
        );
        if (!ended) return nothingToDo(cli, options, opened, 'it has ended meanwhile');
        await finishRequest(
          cli,
          options,
          opened,
          { ...ended, asked: 'resume' },
          options.backward ? ['rolled-back'] : [],
        );
      }),
    );
