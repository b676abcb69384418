/** `belay show`: one deployment, step by step. */
import { Command } from 'commander';
import type { JournalEvent } from '../../core/events.ts';
import { findDeployment } from '../../core/history.ts';
import { readDeployment } from '../../core/open.ts';
import { short } from '../../core/release.ts';
import { describeLive } from '../../core/status.ts';
import type { DeploymentState } from '../../core/state.ts';
import type { DeploymentRow } from '../../core/views.ts';
import type { ProjectRecord } from '../../project-record.ts';
import { formatDuration } from '../../util/duration.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { facts } from '../render/facts.ts';
import { OUTCOME_LOOKS, OUTCOME_WORDS, paint, plainText, shape } from '../render/shape.ts';
import { ago, exact } from '../render/time.ts';
import { timeline } from '../render/timeline.ts';
import { environmentMeant, withRecord } from '../with-record.ts';
import { Problem } from '../../core/errors.ts';

/** The one that was named, else the latest of the environment. */
async function chosen(
  cli: Cli,
  options: CommonOptions,
  record: ProjectRecord,
  id: string | undefined,
): Promise<DeploymentRow> {
  if (id !== undefined) return findDeployment(record.store, id);
  const environment = await environmentMeant(cli, options, record);
  const [last] = await record.store.view('deployments', { environment, limit: 1 });
  if (last) return last.row as DeploymentRow;
  throw new Problem('DEPLOYMENT_UNKNOWN', `Nothing has been deployed to ${environment} yet`, { next: 'belay deploy' });
}

function tookOf(row: DeploymentRow): string {
  if (row.endedAt === null) return 'not ended';
  return `took ${formatDuration(Date.parse(row.endedAt) - Date.parse(row.openedAt))}`;
}

function summary(row: DeploymentRow, state: DeploymentState): readonly (readonly [string, string | null])[] {
  const { source } = row;
  const commit = [short(source.commit), source.branch, source.tag, source.subject].filter(Boolean).join(' · ');
  return [
    ['when', `${exact(row.openedAt)} (${ago(row.openedAt)}), ${tookOf(row)}`],
    ['by', row.actor],
    ['release', row.release],
    ['commit', commit],
    ['strategy', `${row.strategy} · rollback: ${row.rollbackClass ?? 'not planned'}`],
    ['', state.plan?.rollbackReason ?? null],
    ['schema', state.plan?.schema ?? null],
    ['why', state.reason],
    ['cause', row.cause && `started by the watch over ${row.cause}`],
    ['needs you', state.attention],
  ];
}

function nextOf(row: DeploymentRow): string {
  if (row.outcome === null) return 'belay status; if nobody works on it any more: belay recover';
  if (row.outcome === 'stuck') return `belay recover --env ${row.environment}`;
  if (row.outcome === 'paused') return `belay resume --env ${row.environment}, or belay abort --env ${row.environment}`;
  return `belay status --env ${row.environment}`;
}

function print(
  cli: Cli,
  row: DeploymentRow,
  state: DeploymentState,
  events: readonly JournalEvent[],
  live: string,
): void {
  const mark = shape(cli, row.outcome ? OUTCOME_LOOKS[row.outcome] : 'progress');
  const word = paint(cli, 'bold', row.outcome ? OUTCOME_WORDS[row.outcome] : 'open');
  cli.out(`${mark} ${word}  ${plainText(cli, `${row.id} · ${row.kind} · ${row.environment}`)}`);
  for (const line of facts(cli, summary(row, state))) cli.out(line);
  cli.out('');
  for (const line of timeline(cli, state, events)) cli.out(line);
  cli.out('');
  for (const line of facts(cli, [
    ['live', live],
    ['next', nextOf(row)],
  ]))
    cli.out(line);
}

interface ShowOptions extends CommonOptions {
  readonly log?: boolean;
}

const PAGE = 1_000;

/** What the commands of its steps printed, as far as it is kept. */
async function printLog(
  cli: Cli,
  options: ShowOptions,
  { store, directory }: ProjectRecord,
  id: string,
): Promise<void> {
  const { readStepLogs } = await import('../../project-logs.ts');
  const reader = readStepLogs(directory, store);
  for (let after = 0; ;) {
    const lines = await reader.read(id, after, PAGE);
    if (lines === null) {
      throw new Problem('DEPLOYMENT_UNKNOWN', `Nothing that the steps of ${id} printed is kept here`, {
        why: 'they printed nothing, it ran on another machine with a store of its own, or it is too long ago',
        next: `belay show ${id}`,
      });
    }
    for (const line of lines) {
      cli.out(options.json ? JSON.stringify(line) : `${exact(line.at)}  ${line.step}  ${plainText(cli, line.text)}`);
    }
    if (lines.length < PAGE) return;
    after = lines.at(-1)?.n ?? after;
  }
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('show'))
    .description('One deployment: what it did, step by step, what was undone, and why it ended as it did.')
    .argument('[deployment]', 'its id, or the beginning of it (default: the latest of the environment)')
    .option('--log', 'only what the commands of its steps printed')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay show\n  belay show d-cgxi62s8\n  belay show cgxi --json\n  belay show cgxi --log',
      ),
    )
    .action((id: string | undefined, options: ShowOptions) =>
      withRecord(cli, options, async (record) => {
        const row = await chosen(cli, options, record, id);
        if (options.log) return printLog(cli, options, record, row.id);
        const state = await readDeployment({ store: record.store }, row.id);
        const events = await record.store.read({ deployment: row.id });
        if (options.json) {
          const steps = Object.fromEntries(state.steps);
          return cli.out(JSON.stringify({ deployment: row, state: { ...state, steps }, events }));
        }
        print(cli, row, state, events, await describeLive(record.store, row.environment));
      }),
    );
