/** `belay env list`: the environments of the configuration, and what each runs. */
import { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { short } from '../../core/release.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { withCommonOptions } from '../options.ts';
import { grid } from '../render/grid.ts';
import { withRecord } from '../with-record.ts';

const COLUMNS = [
  { title: 'environment' },
  { title: 'targets', shrinks: true },
  { title: 'live' },
  { title: 'commit' },
  { title: 'since' },
] as const;

async function list(cli: Cli, options: CommonOptions): Promise<void> {
  const { config } = await loadConfig({
    cwd: cli.cwd,
    env: cli.env,
    ...(options.config ? { file: options.config } : {}),
  });
  await withRecord(cli, options, async ({ store }) => {
    const environments = await Promise.all(
      Object.values(config.environments).map(async ({ name, targets }) => {
        const row = await readEnvironmentRow(store, name);
        const kinds = Object.entries(targets).map(([target, { type }]) => ({ target, type }));
        return { environment: name, targets: kinds, live: row?.live ?? null, attention: row?.attention ?? null };
      }),
    );
    if (options.json) return cli.out(JSON.stringify({ app: config.app, environments }));
    const rows = environments.map(({ environment, targets, live }) => [
      environment,
      targets.map(({ target, type }) => `${target} (${type})`).join(', '),
      live?.release ?? '–',
      live ? short(live.source.commit) : '–',
      live?.at.slice(0, 16).replace('T', ' ') ?? '–',
    ]);
    for (const line of grid(cli, COLUMNS, rows, cli.columns)) cli.out(line);
    cli.out(environments.length > 1 ? '  next  belay env diff A B' : '  next  belay env create staging');
  });
}

export function listCommand(cli: Cli): Command {
  return withCommonOptions(new Command('list'))
    .description('which there are, what each consists of and runs')
    .action((options: CommonOptions) => list(cli, options));
}
