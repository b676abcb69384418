/** `belay audit`: the record, and the proof that nobody has touched it. */
import { Command, Option } from 'commander';
import type { EventKind, JournalEvent } from '../../core/events.ts';
import { readTrail, type TrailQuery } from '../../core/audit-trail.ts';
import { findDeployment } from '../../core/history.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { auditVerify } from '../audit-verify.ts';
import { exportDeployments } from '../export-deployments.ts';
import { momentOption } from '../moment.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { refuseUnknownWord } from '../unknown-word.ts';
import { csvLine, EVENT_COLUMNS, eventCells } from '../../core/record-table.ts';
import { eventLine } from '../render/audit.ts';
import { createListing } from '../render/listing.ts';
import { environmentsMeant, withRecord } from '../with-record.ts';

export interface AuditOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly actor?: string;
  readonly kind?: readonly EventKind[];
  readonly deployment?: string;
  readonly limit?: number;
  readonly format?: 'text' | 'json' | 'ndjson' | 'csv';
  readonly deployments?: boolean;
}

function queryOf(options: AuditOptions, deployment: string | undefined): TrailQuery {
  const { since, until, actor, kind, limit } = options;
  return {
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
    ...(actor ? { actor } : {}),
    ...(kind ? { kinds: kind } : {}),
    ...(deployment ? { deployment } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

async function exportEvents(cli: Cli, options: AuditOptions): Promise<void> {
  await withRecord(cli, options, async (record) => {
    const environments = await environmentsMeant(cli, options, record);
    if (options.deployments) return exportDeployments(cli, options, record, environments);
    const deployment = options.deployment && (await findDeployment(record.store, options.deployment)).id;
    const listing = createListing<JournalEvent>(cli, options.json ? 'json' : (options.format ?? 'text'), {
      header: csvLine(EVENT_COLUMNS),
      csv: (event) => csvLine(eventCells(event)),
      text: (event) => eventLine(cli, event, environments.length > 1),
      empty: 'No event matches.',
    });
    for await (const event of readTrail(record.store, environments, queryOf(options, deployment))) listing.add(event);
    listing.end();
  });
}

const HELP = `
Formats:
  text     a line each, cut at the right edge
  ndjson   whole events with their hashes; can be verified again
  json     the same as one array
  csv      for spreadsheets, a row per event:
           ${EVENT_COLUMNS.join(', ')};
           with --deployments one row per deployment: timestamp, environment,
           deployed_by, commit, release, outcome, kind, deployment, reason,
           ended, artefacts. Cells that look like formulas start with '.

Examples:
  belay audit --since 7d --env production
  belay audit --deployments --format csv > deployments.csv
  belay audit --kind lease.forced,environment.thawed
  belay audit verify`;

const kinds = (text: string): readonly string[] => text.split(',').map((kind) => kind.trim());

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('audit'))
    .description('Everything that happened, oldest first; of all environments unless one is named.')
    .allowExcessArguments()
    .option('--since <time>', 'from then on: 2026-11-21, an ISO time, or an age such as 7d', momentOption)
    .option('--until <time>', 'up to then', momentOption)
    .option('--actor <name>', 'only what this person did')
    .option('--kind <kinds>', 'only these kinds of events, separated by commas', kinds)
    .option('--deployment <id>', 'only what belongs to this deployment')
    .option('-n, --limit <count>', 'only the newest ones', wholeNumber)
    .addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json', 'ndjson', 'csv']).default('text'),
    )
    .option('--deployments', 'one row per deployment instead of one per event')
    .addHelpText('after', helpText(cli, HELP))
    .addCommand(auditVerify(cli))
    .action((options: AuditOptions, self: Command) => {
      refuseUnknownWord(self);
      return exportEvents(cli, options);
    });
