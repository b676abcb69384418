/** `belay store`: the first push of the component that holds lock and journal in Convex. Other stores make themselves. */
import { Command } from 'commander';
import { initStore } from '../../project-store-init.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { shape } from '../render/shape.ts';
import { listenForSignals } from '../signals.ts';

function init(cli: Cli): Command {
  return withCommonOptions(new Command('init'))
    .description("push the application with Belay's component, where the store is a Convex deployment without it")
    .option('--folder <folder>', 'the Convex project (default: of the first convex target)')
    .action(async (options: CommonOptions & { folder?: string }) => {
      const signals = listenForSignals(cli, 'Stopping the push.');
      try {
        const { config: file, folder } = options;
        const made = await initStore({
          cwd: cli.cwd,
          env: cli.env,
          ...(file === undefined ? {} : { file }),
          ...(folder === undefined ? {} : { folder }),
          signal: signals.gently,
          say: (line) => cli.err(line),
        });
        if (options.json)
          return cli.out(JSON.stringify({ where: made?.where ?? null, changed: made?.changed ?? false }));
        const told = made
          ? `${made.where} ${made.changed ? 'has the component now' : 'has the component already'}`
          : 'this store makes itself when it is first used';
        cli.out(`${shape(cli, 'live')} ${told}`);
        cli.out('  next  belay status');
      } finally {
        signals.dispose();
      }
    });
}

export const command: BuildCommand = (cli) =>
  new Command('store')
    .description('The store of journal and lock. SQLite and Postgres make themselves when they are first used.')
    .addCommand(init(cli))
    .addHelpText('after', helpText(cli, '\nExamples:\n  belay store init\n  belay store init --folder apps/backend'));
