/** `belay schema show`: the schema as Belay understands it. */
import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { helpText } from '../help-text.ts';
import type { ShowOptions } from './show.ts';

export function showCommand(cli: Cli): Command {
  return new Command('show')
    .description('The schema as Belay understands it: of a file, or of this repository.')
    .argument('[what]', 'file, commit or release (default: the work tree)')
    .option('-c, --config <file>', 'configuration file, for releases')
    .option('--json', 'print one JSON object on standard output')
    .option('--ascii', 'use no characters beyond ASCII')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay schema show\n  belay schema show structure.sql\n  belay schema show v1.4.0 --json',
      ),
    )
    .action(async (what: string | undefined, options: ShowOptions) => {
      const { show } = await import('./show.ts');
      await show(cli, what, options);
    });
}
