/** `belay schema check`: may this ship? For one migration file, or for everything that changed in the repository. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Prover } from '../../compatibility/check-migrations.ts';
import { parseJson, unreadable } from '../../compatibility/parse-document.ts';
import { Problem } from '../../core/errors.ts';
import type { MigrationState } from '../../schema/convex/index.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finish } from './finish.ts';
import { type OutputOptions, withOutputOptions } from './options.ts';
import { readText, schemaText } from './read-file.ts';

export interface CheckOptions extends OutputOptions, Pick<CommonOptions, 'env' | 'config'> {
  readonly postgres?: boolean;
  readonly base?: string;
  readonly migration?: readonly string[];
  /** Commander's name for --no-transaction. */
  readonly transaction: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly prove?: boolean;
  readonly migrated?: string;
}

const NEXT = {
  clear: 'belay plan',
  blocked: 'change it step by step as told above, then check again',
};

const usage = (message: string, why: string): Problem =>
  new Problem('USAGE', message, { why, next: 'belay schema check --help' });

async function proverFor(cli: Cli, { prove = false }: CheckOptions): Promise<Prover | null> {
  return prove ? (await import('./prove.ts')).proverOf(cli) : null;
}

async function checkFiles(cli: Cli, options: CheckOptions): Promise<void> {
  const { base, migration = [] } = options;
  if (options.from !== undefined || options.to !== undefined) {
    throw usage('--postgres checks files; --from and --to are revisions', 'both cannot be meant');
  }
  if (base === undefined || migration.length === 0) {
    throw usage('--postgres needs --base FILE and --migration FILE', 'a migration is judged by the schema it meets');
  }
  const { checkMigrations } = await import('../../compatibility/check-migrations.ts');
  const { transaction } = options;
  const sources = migration.map((file) => ({ name: basename(file), file, sql: readText(cli, file), transaction }));
  const how = transaction ? '' : ' · without a transaction';
  const title = `Postgres · ${migration.join(', ')} on ${base}${how}`;
  const report = await checkMigrations(title, readText(cli, base), sources, await proverFor(cli, options));
  finish(cli, options, { reports: [report], json: report.json, failOn: options.failOn, next: NEXT });
}

/** JSON, or a document a line as a snapshot has them. @throws Problem SCHEMA_UNREADABLE */
async function readMigrated(cli: Cli, file: string): Promise<MigrationState> {
  const { readMigrationState, SchemaFormatError } = await import('../../schema/convex/index.ts');
  const { text } = schemaText(cli, file);
  const rows = text.trim().split('\n');
  const isLines = rows.length > 1 && rows.every((row) => /^\{.*\}$/.test(row.trim()));
  try {
    return readMigrationState(parseJson({ file, text: isLines ? `[${rows.join(',')}]` : text }));
  } catch (error) {
    if (!(error instanceof SchemaFormatError)) throw error;
    const next = 'npx convex data --component migrations migrations --format jsonArray > migrated.json';
    throw unreadable(file, error.message, next, error);
  }
}

async function checkRepository(cli: Cli, options: CheckOptions): Promise<void> {
  if (options.base !== undefined || options.migration !== undefined || !options.transaction) {
    throw usage('--base, --migration and --no-transaction go with --postgres', 'without it the repository is checked');
  }
  const { compareRevisions } = await import('../../compatibility/compare-revisions.ts');
  const { WORK_TREE } = await import('../../compatibility/repository.ts');
  const { baseline, repositoryHere, revisionOf } = await import('./revision.ts');
  const repository = await repositoryHere(cli);
  const to = options.to === undefined ? WORK_TREE : await revisionOf(cli, options, repository, options.to);
  const from = await (options.from === undefined
    ? baseline(cli, options, repository, to)
    : revisionOf(cli, options, repository, options.from));
  const prover = await proverFor(cli, options);
  const migrated = options.migrated === undefined ? null : await readMigrated(cli, options.migrated);
  const { reports, json } = await compareRevisions(repository, { from, to, prover, migrated });
  finish(cli, options, { reports, json, failOn: options.failOn, next: NEXT });
}

const HELP = `
Without --postgres it finds convex/schema.ts and migration folders in this repository and compares them with what is live: the commit of the live release where a store knows it, else where this branch left the main one, else the commit before. The first lines say which.

Exits with 0 when nothing stands in the way, with 3 when something does or cannot be told (--fail-on breaking lets the latter pass), with 2 when something cannot be read.

Examples:
  belay schema check
  belay schema check --from v1.4.0 --to HEAD --json
  belay schema check --postgres --base base.sql --migration change.sql
  belay schema check --format github --sarif schema.sarif`;

const collect = (file: string, files: readonly string[] | undefined): readonly string[] => [...(files ?? []), file];

export function checkCommand(cli: Cli): Command {
  const command = new Command('check')
    .description(
      'Judge what changed before it ships: locks, rewrites, old code, lost data, the way back. Changes nothing.',
    )
    .option('--postgres', 'judge migration files against a schema dump')
    .option('--base <file>', 'with --postgres: the schema as it is live (pg_dump --schema-only, structure.sql)')
    .option('--migration <file>', 'with --postgres: a migration; may be given several times, in order', collect)
    .option('--no-transaction', 'with --postgres: the file runs statement by statement, not in one transaction')
    .option('--from <revision>', 'compare with this commit or release instead of what is live')
    .option('--to <revision>', 'judge this commit or release instead of the work tree')
    .option(
      '--prove',
      'run migrations in a scratch database (BELAY_SCRATCH_DATABASE_URL) too, and tell where it behaves otherwise',
    )
    .option('--migrated <file>', 'the rows of @convex-dev/migrations on the live deployment (JSON, or a row a line)')
    .option('-e, --env <name>', 'environment (default: BELAY_ENVIRONMENT, or the only one)')
    .option('-c, --config <file>', 'configuration file, for the live release');
  return withOutputOptions(command, 'unknown')
    .addHelpText('after', helpText(cli, HELP))
    .action((options: CheckOptions) => (options.postgres ? checkFiles(cli, options) : checkRepository(cli, options)));
}
