/** `belay releases`: what can be gone back to. */
import { Command } from 'commander';
import { short } from '../../core/release.ts';
import { releasesOf } from '../../core/rollback.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { EnvironmentRow, ReleaseRow } from '../../core/views.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { grid } from '../render/grid.ts';
import { shape } from '../render/shape.ts';
import { since } from '../render/since.ts';
import { environmentMeant, withRecord } from '../with-record.ts';

type State = 'live' | 'previous' | 'kept' | 'pruned';

function stateOf(release: ReleaseRow, row: EnvironmentRow | null): State {
  if (release.id === row?.live?.release) return 'live';
  if (release.prunedAt !== null) return 'pruned';
  return release.id === row?.trail.at(-2) ? 'previous' : 'kept';
}

const LOOKS = { live: 'live', previous: 'rolled-back', kept: 'waiting', pruned: 'none' } as const;
const COLUMNS = [
  { title: '' },
  { title: 'release' },
  { title: 'commit' },
  { title: 'state' },
  { title: 'live since' },
  { title: 'by', shrinks: true },
  { title: 'way back' },
  { title: 'subject', shrinks: true },
] as const;

function print(cli: Cli, name: string, releases: readonly (ReleaseRow & { state: State })[]): void {
  if (releases.length === 0)
    return cli.out(`Nothing has been deployed to ${name} yet.\n  next  belay deploy --env ${name}`);
  const rows = releases.map((release) => [
    shape(cli, LOOKS[release.state]),
    release.id,
    short(release.source.commit),
    release.state,
    since(release.at),
    release.actor,
    release.rollbackClass,
    release.source.subject ?? '',
  ]);
  cli.out(grid(cli, COLUMNS, rows, cli.columns).join('\n'));
  const back = releases.find((release) => release.state === 'previous');
  if (back) cli.out(`  next  belay rollback --env ${name}   goes back to ${back.id}`);
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('releases'))
    .description('Releases that ran on an environment, newest first, and whether they can be gone back to.')
    .option('-n, --limit <count>', 'at most this many', wholeNumber, 20)
    .addHelpText(
      'after',
      helpText(cli, '\nExamples:\n  belay releases --env production\n  belay rollback r-4f2c1d9-x1k2v8'),
    )
    .action((options: CommonOptions & { limit: number }) =>
      withRecord(cli, options, async (record) => {
        const name = await environmentMeant(cli, options, record);
        const row = await readEnvironmentRow(record.store, name);
        const releases = await releasesOf({ store: record.store }, name, options.limit);
        const stated = releases.map((release) => ({ ...release, state: stateOf(release, row) }));
        if (options.json) cli.out(JSON.stringify({ environment: name, releases: stated }));
        else print(cli, name, stated);
      }),
    );
