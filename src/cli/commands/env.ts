/** `belay env`: environments listed, made, compared, filled. */
import { Command } from 'commander';
import type { BuildCommand } from '../cli.ts';
import { createCommand } from '../env/create-command.ts';
import { diffCommand } from '../env/diff-command.ts';
import { listCommand } from '../env/list-command.ts';
import { seedCommand } from '../env/seed-command.ts';
import { helpText } from '../help-text.ts';

export const command: BuildCommand = (cli) =>
  new Command('env')
    .description('Environments: which there are, one more, what differs between two, data for one.')
    .addCommand(listCommand(cli))
    .addCommand(createCommand(cli))
    .addCommand(diffCommand(cli))
    .addCommand(seedCommand(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay env create staging\n  belay env diff staging production\n  belay env seed staging --rows 50',
      ),
    );
