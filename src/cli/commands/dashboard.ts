/** `belay dashboard`: the record in a browser. */
import { Command, InvalidArgumentError } from 'commander';
import { openDashboard } from '../../project-dashboard.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { openBrowser } from '../open-browser.ts';
import { paint, plainText, shape } from '../render/shape.ts';
import { listenForSignals } from '../signals.ts';
import { untilAborted } from '../until-aborted.ts';

interface DashboardOptions extends Pick<CommonOptions, 'config' | 'json' | 'allowLocalStoreInCi'> {
  readonly port: number;
  readonly host: string;
  readonly store?: string;
  readonly open: boolean;
}

function portOption(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port from 0 to 65535');
}

const HELP = `
The link signs in once, within ten minutes; it is for the person at this terminal.
Another host than this machine needs \`dashboard\` in the configuration, so that people can sign in.

Examples:
  belay dashboard
  belay dashboard --store copy-of-the-record.db --no-open`;

async function run(cli: Cli, options: DashboardOptions): Promise<void> {
  const stop = listenForSignals(cli, null);
  try {
    const { port, host, store, config: file } = options;
    const dashboard = await openDashboard({
      cwd: cli.cwd,
      env: cli.env,
      version: cli.version,
      argv: cli.argv,
      port,
      host,
      allowLocalStoreInCi: options.allowLocalStoreInCi ?? false,
      stop,
      log: (text) => cli.err(plainText(cli, `${shape(cli, 'waiting')} ${text}`)),
      ...(store === undefined ? {} : { store }),
      ...(file === undefined ? {} : { file }),
    });
    const { url, listening, where, readOnly } = dashboard;
    const signIn = dashboard.signInLink();
    // On a machine without a browser, by the name that everybody uses.
    const elsewhere = url === listening ? null : signIn.replace(listening, url);
    if (options.json) cli.out(JSON.stringify({ url, signIn, store: where, readOnly }));
    else {
      cli.out(plainText(cli, `${shape(cli, 'live')} ${paint(cli, 'bold', url)}  ${where}`));
      if (readOnly) cli.out(plainText(cli, `  ${shape(cli, 'locked')} ${readOnly}`));
      cli.out(`  sign in  ${signIn}`);
      if (elsewhere && elsewhere !== signIn) cli.out(`  or       ${elsewhere}`);
      cli.out('  stop     Ctrl-C');
    }
    const forget = options.open && !options.json ? openBrowser(signIn) : () => undefined;
    await untilAborted(stop.gently);
    forget();
    if (dashboard.underWay > 0) cli.err('Waiting for what was begun from the dashboard. Press again to stop at once.');
    await dashboard.close();
  } finally {
    stop.dispose();
  }
}

export const command: BuildCommand = (cli) =>
  new Command('dashboard')
    .alias('serve')
    .description('What is live, what is happening and what happened, in a browser; and going back with one button.')
    .option('-p, --port <port>', 'port to listen on; 0 for any that is free', portOption, 4400)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--store <file>', 'show this SQLite store, without a configuration and read-only')
    .option('--no-open', 'do not open the browser')
    .option('-c, --config <file>', 'configuration file (default: belay.config.ts or belay.yml, looked for upward)')
    .option('--json', 'print one JSON object with the addresses, and do not open the browser')
    .option('--ascii', 'use no characters beyond ASCII')
    .option('--allow-local-store-in-ci', 'use an SQLite store although this is CI (it is lost with the runner)')
    .addHelpText('after', helpText(cli, HELP))
    .action((options: DashboardOptions) => run(cli, options));
