/** `belay daemon`: the supervisor of application processes on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { daemonHome, daemonOf, runDaemon } from '../../project-targets.ts';
import type { DaemonClient } from '../../daemon/protocol.ts';
import { formatBytes } from '../../util/bytes.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { shape } from '../render/shape.ts';
import { withProject } from '../with-project.ts';

async function connect(
  cli: Cli,
  options: CommonOptions,
  start: boolean,
  work: (daemon: DaemonClient, home: string) => Promise<void>,
): Promise<void> {
  await withProject(cli, options, { readOnly: !start }, async ({ config }) => {
    const daemon = await daemonOf({ config, version: cli.version, argv: cli.argv, start })();
    await work(daemon, daemonHome(config));
  });
}

async function printStatus(cli: Cli, options: CommonOptions, start: boolean): Promise<void> {
  await connect(cli, options, start, async (daemon, home) => {
    const info = await daemon.info();
    const apps = await Promise.all(info.apps.map((app) => daemon.app(app)));
    if (options.json) return cli.out(JSON.stringify({ ...info, home, apps }));
    cli.out(`${shape(cli, 'live')} running  pid ${info.pid} · ${formatBytes(info.rssBytes)} · since ${info.startedAt}`);
    for (const app of apps) {
      if (!app) continue;
      cli.out(`  ${app.app}  ${app.listen ? `http://${app.listen.host}:${app.listen.port}` : 'not listening'}`);
      for (const one of app.processes) {
        const share = app.table.shares[one.release] ?? 0;
        const look = one.state === 'running' ? 'live' : one.state === 'stopped' ? 'none' : 'needs-you';
        cli.out(
          `    ${shape(cli, look)} ${one.release}  ${one.state} · ${Math.round(share * 100)} % · port ${one.port} · ${one.restarts} restarts`,
        );
      }
    }
  });
}

export const command: BuildCommand = (cli) => {
  const daemon = new Command('daemon').description(
    'The supervisor that owns the router and the application processes of this project.',
  );
  daemon.addCommand(
    withCommonOptions(new Command('status'))
      .description('is it running, what does it serve')
      .action((options: CommonOptions) => printStatus(cli, options, false)),
  );
  daemon.addCommand(
    withCommonOptions(new Command('start'))
      .description('start it, with everything it served before')
      .action((options: CommonOptions) => printStatus(cli, options, true)),
  );
  daemon.addCommand(
    withCommonOptions(new Command('stop'))
      .description('stop it and every application it runs')
      .action((options: CommonOptions) =>
        connect(cli, options, false, async (client) => {
          await client.shutdown();
          if (options.json) cli.out(JSON.stringify({ stopped: true }));
          else cli.out(`${shape(cli, 'none')} stopped; nothing of this project is served now`);
        }),
      ),
  );
  daemon.addCommand(
    withCommonOptions(new Command('logs'))
      .description("the daemon's own log")
      .option('-n, --lines <count>', 'how many lines', wholeNumber, 50)
      .action((options: CommonOptions & { lines: number }) =>
        withProject(cli, options, { readOnly: true }, async ({ config }) => {
          const text = await readFile(join(daemonHome(config), 'daemon.log'), 'utf8').catch(() => '');
          cli.out(text.trimEnd().split('\n').slice(-options.lines).join('\n'));
        }),
      ),
  );
  daemon.addCommand(
    new Command('run')
      .description('run it in the foreground (for a service manager)')
      .requiredOption('--home <folder>', 'where its state is')
      .action((options: { home: string }) => runDaemon(options.home, cli.version)),
  );
  return daemon;
};
