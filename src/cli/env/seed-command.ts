/** `belay env seed`: documents for an environment that has none, or none that may be looked at. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import { Problem } from '../../core/errors.ts';
import type { Project } from '../../project.ts';
import { copyEnvironment, seedEnvironment } from '../../project-seed.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { table } from '../render/layout.ts';
import { plainText, shape } from '../render/shape.ts';
import { withEnvironment } from '../with-project.ts';

interface SeedOptions extends CommonOptions {
  readonly rows: number;
  readonly seed: number;
  readonly table?: readonly string[];
  readonly target?: string;
  readonly from?: string;
  readonly anonymise?: boolean;
  readonly rules?: string;
  readonly keep?: readonly string[];
  readonly yesProduction?: boolean;
  readonly verbose?: boolean;
}

function readRules(cli: Cli, file: string | undefined): unknown {
  if (file === undefined) return null;
  try {
    return parse(readFileSync(resolve(cli.cwd, file), 'utf8')) as unknown;
  } catch (error) {
    throw new Problem('USAGE', `The rules in ${file} cannot be read`, {
      why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      next: 'write lines such as "users.bio: text"',
      retry: 'after-change',
    });
  }
}

/** @throws Problem USAGE where the options contradict each other */
function judge({ from, anonymise, rules, keep, table: tables }: SeedOptions, name: string): void {
  if (from !== undefined && !anonymise) {
    throw new Problem('USAGE', `The documents of ${from} are copied only without what names anybody`, {
      next: `belay env seed ${name} --from ${from} --anonymise`,
    });
  }
  if (from === undefined && (anonymise || rules !== undefined || keep !== undefined)) {
    throw new Problem('USAGE', '--anonymise, --rules and --keep go with --from', {
      next: `belay env seed ${name} --from production --anonymise`,
    });
  }
  if (from !== undefined && tables !== undefined) {
    throw new Problem('USAGE', '--table goes with made-up data: a copy is whole, or its references lead nowhere', {
      next: `belay env seed ${name} --from ${from} --anonymise`,
    });
  }
}

async function fill(cli: Cli, project: Project, name: string, options: SeedOptions) {
  const { target, yesProduction = false, from } = options;
  const say = (line: string) => {
    if (!options.json) cli.err(`  ${line}`);
  };
  const place = { environment: name, yesProduction, say, ...(target === undefined ? {} : { target }) };
  if (from === undefined)
    return seedEnvironment(project, { ...place, rows: options.rows, seed: options.seed, tables: options.table ?? [] });
  return copyEnvironment(project, { ...place, from, rules: readRules(cli, options.rules), keep: options.keep ?? [] });
}

async function seed(cli: Cli, name: string, options: SeedOptions): Promise<void> {
  judge(options, name);
  const meant = { ...options, env: name };
  await withEnvironment(cli, meant, { doing: `env seed ${name}` }, async ({ project, renderer }) => {
    const filled = await fill(cli, project, name, options);
    renderer.end();
    const how = options.from ? { from: options.from, anonymised: true } : { seed: options.seed };
    if (options.json) return cli.out(JSON.stringify({ environment: name, ...filled, ...how }));
    const told = options.from ? `an anonymised copy of ${options.from}` : `made-up documents, seed ${options.seed}`;
    cli.out(plainText(cli, `${shape(cli, 'live')} ${name} · ${filled.target} holds ${told}`));
    const rows = filled.tables.map((one) => [`  ${one.table}`, one.documents.toLocaleString('en')]);
    for (const line of table(cli, rows, cli.columns)) cli.out(line);
    if (options.from) cli.out('  files and the tables of components were not copied');
    cli.out(`  next  belay check --env ${name}`);
  });
}

const HELP = `
Whatever the tables hold is replaced, in one import for each group of tables. Refused for production.

With --from, e-mail addresses, names, telephone numbers, postal addresses, tokens, passwords, IP addresses and URLs become others: the same for the same, by a key that is random and kept nowhere. What nobody can tell is listed, and nothing is written until --rules or --keep says what it is.

Examples:
  belay env seed staging --rows 200 --seed 7
  belay env seed staging --table tasks
  belay env seed staging --from production --anonymise --rules anonymise.yml`;

export function seedCommand(cli: Cli): Command {
  const list = (word: string, all: readonly string[] = []) => [...all, word];
  return withCommonOptions(new Command('seed'))
    .description('fill an environment with realistic documents, or with an anonymised copy of another')
    .argument('<environment>', 'which')
    .option('--rows <count>', 'documents in each table', wholeNumber, 25)
    .option('--seed <number>', 'the same number gives the same documents', wholeNumber, 1)
    .option('--table <name>', 'only this table; more than once for several', list)
    .option('--target <name>', 'whose data (default: the only Convex target)')
    .option('--from <environment>', 'copy the documents of this one, with --anonymise')
    .addOption(new Option('--anonymise', 'replace what names anybody'))
    .option('--rules <file>', 'what becomes of which field: lines such as "users.bio: text"')
    .option('--keep <field>', 'leave this field as it is; more than once for several', list)
    .option('--yes-production', 'fill it although it is, or may be, production')
    .addHelpText('after', helpText(cli, HELP))
    .action((name: string, options: SeedOptions) => seed(cli, name, options));
}
