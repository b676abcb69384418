/** `belay history`: deployments, newest first. */
import { Command, Option } from 'commander';
import { type HistoryPage, readHistory } from '../../core/history.ts';
import { short } from '../../core/release.ts';
import type { Outcome } from '../../core/state.ts';
import type { DeploymentRow } from '../../core/views.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { grid } from '../render/grid.ts';
import { OUTCOME_LOOKS, OUTCOME_WORDS, shape } from '../render/shape.ts';
import { since } from '../render/since.ts';
import { momentOption } from '../moment.ts';
import { environmentsMeant, withRecord } from '../with-record.ts';

interface HistoryOptions extends CommonOptions {
  readonly limit: number;
  readonly before?: string;
  readonly outcome?: Outcome;
  readonly actor?: string;
  readonly since?: string;
}

const COLUMNS = [
  { title: '' },
  { title: 'outcome' },
  { title: 'deployment' },
  { title: 'kind' },
  { title: 'where' },
  { title: 'commit' },
  { title: 'when' },
  { title: 'by', shrinks: true },
  { title: 'why', shrinks: true },
] as const;

function rowOf(cli: Cli, row: DeploymentRow, several: boolean): readonly string[] {
  return [
    shape(cli, row.outcome ? OUTCOME_LOOKS[row.outcome] : 'progress'),
    row.outcome ? OUTCOME_WORDS[row.outcome] : 'open',
    row.id,
    row.kind,
    several ? row.environment : '',
    short(row.source.commit),
    since(row.openedAt),
    row.actor,
    row.reason ?? row.source.subject ?? '',
  ];
}

function print(cli: Cli, { deployments, next }: HistoryPage): void {
  if (deployments.length === 0)
    return cli.out('No deployment matches.\n  next  belay deploy, or belay history without filters');
  const several = new Set(deployments.map((row) => row.environment)).size > 1;
  cli.out(
    grid(
      cli,
      COLUMNS,
      deployments.map((row) => rowOf(cli, row, several)),
      cli.columns,
    ).join('\n'),
  );
  cli.out(`  next  ${next ? `belay history --before ${next}` : `belay show ${deployments[0]?.id}`}`);
}

const OUTCOMES = Object.keys(OUTCOME_WORDS);

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('history'))
    .description('Deployments, newest first; of all environments unless one is named.')
    .option('-n, --limit <count>', 'at most this many', wholeNumber, 20)
    .option('--before <deployment>', 'only those before this deployment: the next page')
    .addOption(new Option('--outcome <outcome>', 'only those that ended like this').choices(OUTCOMES))
    .option('--actor <name>', 'only those by this person')
    .option('--since <time>', 'only those since then: 2026-11-21, an ISO time, or an age such as 7d', momentOption)
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay history --outcome rolled-back --since 30d\n  belay history --env production --json',
      ),
    )
    .action((options: HistoryOptions) =>
      withRecord(cli, options, async (record) => {
        const meant = await environmentsMeant(cli, options, record);
        const named = options.env ?? cli.env.environment;
        const { limit, before, outcome, actor, since: from } = options;
        const page = await readHistory(record.store, {
          limit,
          ...(named && meant[0] ? { environment: meant[0] } : {}),
          ...(before ? { before } : {}),
          ...(outcome ? { outcome } : {}),
          ...(actor ? { actor } : {}),
          ...(from ? { since: from } : {}),
        });
        if (options.json) cli.out(JSON.stringify(page));
        else print(cli, page);
      }),
    );
