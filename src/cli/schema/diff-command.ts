/** `belay schema diff`: two schemas, what each does to data, code and clients of the other. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { SchemaText } from '../../compatibility/parse-document.ts';
import type { SchemaReport } from '../../compatibility/report.ts';
import { Problem } from '../../core/errors.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finish } from './finish.ts';
import { type Kind, kindOfFile, kindOfFlags, type KindOptions, KINDS } from './kind.ts';
import { type OutputOptions, withOutputOptions } from './options.ts';
import { schemaText } from './read-file.ts';

type DiffOptions = KindOptions & OutputOptions & Pick<CommonOptions, 'env' | 'config'>;

const REPORTS: Readonly<Record<Kind, (before: SchemaText, after: SchemaText) => Promise<SchemaReport>>> = {
  convex: async (...args) => (await import('../../compatibility/convex-schemas.ts')).convexReport(...args),
  graphql: async (...args) => (await import('../../compatibility/graphql.ts')).graphqlReport(...args),
  openapi: async (...args) => (await import('../../compatibility/openapi.ts')).openApiReport(...args),
  'json-schema': async (...args) => (await import('../../compatibility/openapi.ts')).jsonSchemaReport(...args),
};

const NEXT = { clear: 'belay plan', blocked: 'change it step by step as told above, then compare again' };

async function kindOf(cli: Cli, options: KindOptions, files: readonly [string, string]): Promise<Kind> {
  const flag = kindOfFlags(options);
  if (flag !== null) return flag;
  const [before, after] = await Promise.all([kindOfFile(cli, files[0]), kindOfFile(cli, files[1])]);
  if (before === after) return before;
  throw new Problem('SCHEMA_UNREADABLE', 'The two files hold different kinds of schemas', {
    why: `${files[0]} is ${before}, ${files[1]} is ${after}`,
    next: `say what they are with ${KINDS.map((one) => `--${one}`).join(', ')}`,
  });
}

async function diffFiles(cli: Cli, options: DiffOptions, before: string, after: string): Promise<void> {
  const kind = await kindOf(cli, options, [before, after]);
  const report = await REPORTS[kind](schemaText(cli, before), schemaText(cli, after));
  finish(cli, options, {
    reports: [report],
    json: report.json,
    failOn: options.failOn,
    next: NEXT,
  });
}

async function diffRevisions(cli: Cli, options: DiffOptions, before: string, after: string): Promise<void> {
  const { compareRevisions } = await import('../../compatibility/compare-revisions.ts');
  const { repositoryHere, revisionOf } = await import('./revision.ts');
  const repository = await repositoryHere(cli);
  const from = await revisionOf(cli, options, repository, before);
  const to = await revisionOf(cli, options, repository, after);
  const { reports, json } = await compareRevisions(repository, { from, to });
  finish(cli, options, {
    reports,
    json,
    failOn: options.failOn,
    next: NEXT,
  });
}

function diff(cli: Cli, options: DiffOptions, before: string, after: string): Promise<void> {
  const there = [before, after].map((name) => existsSync(resolve(cli.cwd, name)));
  // One that is there makes the other a file that is missing, not a commit.
  const files = kindOfFlags(options) !== null || there.includes(true);
  return files ? diffFiles(cli, options, before, after) : diffRevisions(cli, options, before, after);
}

const HELP = `
Files are told apart by their names and by what is in them; anything else is a commit, branch, tag or release, whose convex/schema.ts and migrations are compared. Exits with 0 when it could compare, whatever it found, unless --fail-on says otherwise; with 2 when it could not.

Examples:
  belay schema diff --convex old.json new.json --json
  belay schema diff old.graphql new.graphql
  belay schema diff --openapi old.yaml new.yaml --fail-on breaking
  belay schema diff main HEAD`;

export function diffCommand(cli: Cli): Command {
  const command = new Command('diff')
    .description('Compare two schemas: what the new one does to old data and clients, and what a rollback would meet.')
    .argument('<old>', 'file, commit or release')
    .argument('<new>', 'file, commit or release')
    .option('--convex', 'the files are exported Convex schemas (JSON)')
    .option('--graphql', "the files are in GraphQL's schema language")
    .option('--openapi', 'the files are OpenAPI 3 descriptions (JSON or YAML)')
    .option('--json-schema', 'the files are JSON Schemas')
    .option('-e, --env <name>', 'environment (default: BELAY_ENVIRONMENT, or the only one)')
    .option('-c, --config <file>', 'configuration file, for releases');
  return withOutputOptions(command, 'never')
    .addHelpText('after', helpText(cli, HELP))
    .action((before: string, after: string, options: DiffOptions) => diff(cli, options, before, after));
}
