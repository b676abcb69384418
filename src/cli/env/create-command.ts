/** `belay env create`: an environment like another, with platforms of its own. */
import { relative } from 'node:path';
import { Command } from 'commander';
import { Problem } from '../../core/errors.ts';
import { createEnvironment, type CreatedEnvironment, type MadeTarget } from '../../project-environment-create.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { wrap } from '../render/layout.ts';
import { plainText, shape } from '../render/shape.ts';
import { listenForSignals } from '../signals.ts';

interface CreateOptions extends CommonOptions {
  readonly from: string;
  readonly convexTokenEnv?: string;
  readonly convexProject?: number;
  readonly convexUrl?: string;
  readonly vercel: boolean;
  readonly yes?: boolean;
}

/** Nothing of what is typed is shown. @throws Problem INTERRUPTED */
async function askValue(where: string, name: string): Promise<string | null> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message: `${where}: value of ${name} (empty: later)` });
  if (isCancel(answer))
    throw new Problem('INTERRUPTED', 'The configuration was not written', { next: 'the same again' });
  return answer ?? null;
}

const WORDS = { created: 'created', found: 'was there already', 'by-hand': 'to be created by hand' } as const;

function lines(cli: Cli, made: MadeTarget): readonly string[] {
  const { target, type, state, name, variables, todo } = made;
  const missing = variables.filter((one) => one.state === 'missing').map((one) => one.name);
  const head = `  ${shape(cli, state === 'by-hand' ? 'waiting' : 'live')} ${target} (${type}) ${name ?? ''} ${WORDS[state]}`;
  const set = variables.length - missing.length;
  const fit = (text: string) => wrap(text, Math.min(cli.columns, 100) - 6).map((line) => `      ${line}`);
  return [
    head.replaceAll(/ {2,}(?=\S)/g, (gap, at: number) => (at === 0 ? gap : ' ')),
    ...(variables.length === 0 ? [] : fit(`variables: ${set} set, ${missing.length} missing`)),
    ...(missing.length === 0 ? [] : fit(`missing: ${missing.join(', ')}`)),
    ...todo.flatMap((step, at) => fit(`${at + 1}. ${step}`)),
  ];
}

function print(cli: Cli, { environment, from, file, config, targets }: CreatedEnvironment): void {
  const name = relative(cli.cwd, file) || file;
  const told = config.written ? `is in ${name}` : `has to be added to ${name}, under environments`;
  cli.out(plainText(cli, `${shape(cli, config.written ? 'live' : 'waiting')} ${environment}, like ${from}, ${told}`));
  for (const line of config.text.split('\n')) cli.out(`      ${line}`);
  for (const made of targets) for (const line of lines(cli, made)) cli.out(plainText(cli, line));
  cli.out(`  next  belay doctor --env ${environment}, then belay deploy --env ${environment}`);
}

async function create(cli: Cli, name: string, options: CreateOptions): Promise<void> {
  const signals = listenForSignals(cli, 'Stopping.');
  const asking = cli.interactive && !options.yes && !options.json;
  try {
    const made = await createEnvironment({
      cwd: cli.cwd,
      env: cli.env,
      ...(options.config === undefined ? {} : { file: options.config }),
      name,
      from: options.from,
      convexTokenEnv: options.convexTokenEnv ?? null,
      convexProject: options.convexProject ?? null,
      convexUrl: options.convexUrl ?? null,
      vercel: options.vercel,
      signal: signals.gently,
      say: (line) => {
        if (!options.json) cli.err(`  ${line}`);
      },
      ask: async (where, variable) => (asking ? askValue(where, variable) : null),
    });
    if (options.json) return cli.out(JSON.stringify(made));
    print(cli, made);
  } finally {
    signals.dispose();
  }
}

const HELP = `
Writes the environment into belay.yml beside the others: it extends the one that it is like, with a Convex deployment and a Vercel project of its own. A configuration that is a program is left alone, and what to add is printed. Projects on Vercel are created with the key of that environment; a deployment on Convex with the team token in the variable that --convex-token-env names, its deploy key written to .belay/secrets. Without a key the steps are printed. Run again after a failure, it finds what is there.

Variables are copied by name. Their values are asked for at a terminal and never shown; what is not given is listed as missing. Names that end with CONVEX_URL get the address of the new deployment.

Examples:
  belay env create staging
  belay env create staging --from production --convex-token-env CONVEX_TEAM_TOKEN`;

export function createCommand(cli: Cli): Command {
  return withCommonOptions(new Command('create'))
    .description('make one more, like another, with platforms of its own')
    .argument('<name>', 'of the new environment, such as staging')
    .option('--from <environment>', 'the one that it is like', 'production')
    .option('--convex-token-env <variable>', 'variable that holds a team token of Convex')
    .option(
      '--convex-project <id>',
      'project of Convex (default: that of the environment that it is like)',
      wholeNumber,
    )
    .option('--convex-url <address>', 'a self-hosted deployment of its own')
    .option('--no-vercel', 'create nothing on Vercel')
    .option('--yes', 'ask nothing')
    .addHelpText('after', helpText(cli, HELP))
    .action((name: string, options: CreateOptions) => create(cli, name, options));
}
