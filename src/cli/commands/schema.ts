/** `belay schema`: what a change of a schema does to data, running code and the way back. */
import { Command } from 'commander';
import type { BuildCommand } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { checkCommand } from '../schema/check-command.ts';
import { diffCommand } from '../schema/diff-command.ts';
import { showCommand } from '../schema/show-command.ts';

export const command: BuildCommand = (cli) =>
  new Command('schema')
    .description('What a change of a schema does to data, running code and the way back, known before it ships.')
    .addCommand(checkCommand(cli))
    .addCommand(diffCommand(cli))
    .addCommand(showCommand(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay schema check\n  belay schema diff --convex old.json new.json\n  belay schema show',
      ),
    );
