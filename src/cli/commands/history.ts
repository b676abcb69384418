/** `belay history`: deployments, newest first. */
import { Command, Option } from 'commander';
import { type HistoryPage, type HistoryQuery, readHistory } from '../../core/history.ts';
import { short } from '../../core/release.ts';
import type { Outcome } from '../../core/state.ts';
import type { DeploymentRow } from '../../core/views.ts';
import type { Store } from '../../stores/store.ts';
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
  readonly until?: string;
  readonly text?: string;
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

const SAME = ['env', 'outcome', 'actor', 'since', 'until', 'text'] as const;

/** The same question again, for the page behind this one. */
function sameFilters(options: HistoryOptions): string {
  const given = SAME.flatMap((name) => (options[name] === undefined ? [] : [` --${name} ${quoted(options[name])}`]));
  return given.join('');
}

const quoted = (text: string): string => (/^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function print(cli: Cli, options: HistoryOptions, { deployments, next }: HistoryPage): void {
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
  cli.out(
    `  next  ${next ? `belay history${sameFilters(options)} --before ${next}` : `belay show ${deployments[0]?.id}`}`,
  );
}

/** A page is searched for only so long; at a terminal one waits until it is full, or nothing is left. */
async function wholePage(store: Store, query: HistoryQuery): Promise<HistoryPage> {
  const deployments: DeploymentRow[] = [];
  let { before } = query;
  for (;;) {
    const { before: _from, ...rest } = query;
    const limit = query.limit - deployments.length;
    const page = await readHistory(store, { ...rest, limit, ...(before ? { before } : {}) });
    deployments.push(...page.deployments);
    if (page.next === null || deployments.length === query.limit) return { deployments, next: page.next };
    before = page.next;
  }
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
    .option('--until <time>', 'only those before then', momentOption)
    .option('--text <words>', 'only those with these words in id, release, commit, subject, author, person or reason')
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
        const { limit, before, outcome, actor, since: from, until, text } = options;
        const page = await wholePage(record.store, {
          limit,
          ...(named && meant[0] ? { environment: meant[0] } : {}),
          ...(before ? { before } : {}),
          ...(outcome ? { outcome } : {}),
          ...(actor ? { actor } : {}),
          ...(from ? { since: from } : {}),
          ...(until ? { until } : {}),
          ...(text ? { text } : {}),
        });
        if (options.json) cli.out(JSON.stringify(page));
        else print(cli, options, page);
      }),
    );
