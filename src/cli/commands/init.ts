/** `belay init`: looks at the project and writes a configuration for it. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BuildCommand, Cli } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { appName, detect } from '../init/detect.ts';
import { hasConfiguration, refuseExisting, type WrittenFile, writeFiles } from '../init/files.ts';
import { middlewareNext, requireMiddlewarePlace, writeMiddleware } from '../init/middleware.ts';
import { askPerson } from '../init/questions.ts';
import { hasPlatforms, NO_PLATFORMS, platformSecrets } from '../init/platform.ts';
import { type WorkflowName, WORKFLOWS } from '../init/workflows.ts';
import type { Choices } from '../init/written.ts';
import { DEFAULTS } from '../../config/defaults.ts';
import { wholeNumber } from '../options.ts';
import { facts } from '../render/facts.ts';
import { plainText, shape } from '../render/shape.ts';

interface InitOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly ts?: boolean;
  readonly local?: boolean;
  readonly app?: string;
  readonly start?: string;
  readonly port: number;
  readonly health?: string;
  readonly ci: boolean;
  readonly middleware?: boolean;
  readonly workflows: readonly WorkflowName[];
  readonly json?: boolean;
}

function nameOption(text: string): string {
  if (appName(text) === text) return text;
  throw new InvalidArgumentError(`expected small letters, digits and dashes, such as ${appName(text)}`);
}

function pathOption(text: string): string {
  if (text.startsWith('/')) return text;
  throw new InvalidArgumentError('expected a path that starts with /');
}

function portOption(text: string): number {
  const port = wholeNumber(text);
  if (port >= 1 && port < 65_535) return port;
  throw new InvalidArgumentError('expected a port from 1 to 65534');
}

function workflowsOption(text: string): readonly WorkflowName[] {
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !WORKFLOWS.some((known) => known === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`expected names out of ${WORKFLOWS.join(', ')}, with commas between them`);
  return WORKFLOWS.filter((name) => wanted.includes(name));
}

function chosen(cli: Cli, options: InitOptions): Choices {
  const found = detect(cli.cwd);
  const { app = found.app, start = found.start, health = found.healthPath, port } = options;
  const workflows = options.ci ? options.workflows : [];
  const platforms = options.local ? NO_PLATFORMS : found.platforms;
  const choices = { ...found, app, start, healthPath: health, port, workflows, platforms, version: cli.version };
  const middleware = options.middleware ?? false;
  if (middleware) requireMiddlewarePlace(choices);
  return { ...choices, middleware };
}

async function middlewareOf(cli: Cli, { middleware }: Choices): Promise<readonly WrittenFile[]> {
  if (!middleware) return [];
  const { middlewareText } = await import('../../project-vercel.ts');
  return [writeMiddleware(cli.cwd, middlewareText({ key: DEFAULTS.vercel.edgeConfigKey }))];
}

const LOOKS = { written: 'live', extended: 'live', kept: 'none' } as const;
const WORDS = { written: 'written', extended: 'extended', kept: 'kept as it is' } as const;

function targetsOf({ platforms: { convex, vercel } }: Choices): string {
  return [convex ? 'Convex' : '', vercel ? `Vercel (${vercel.project})` : ''].filter(Boolean).join(' and ');
}

function nextOf(choices: Choices, files: readonly WrittenFile[]): string {
  const middleware = choices.middleware ? files.at(-1) : undefined;
  return [...(middleware ? [middlewareNext(middleware)] : []), stepOf(choices)].join('; then ');
}

function stepOf(choices: Choices): string {
  if (!choices.git) return 'git init && git add . && git commit -m first, then belay doctor';
  if (hasPlatforms(choices.platforms))
    return `set ${platformSecrets(choices.platforms).join(' and ')}, then belay doctor`;
  return choices.start === null
    ? 'put the start command into the configuration, then belay doctor'
    : 'belay doctor, then git commit, then belay deploy';
}

function print(cli: Cli, choices: Choices, files: readonly WrittenFile[]): void {
  const health = choices.healthPath ?? 'no route found, so / is asked';
  const lines: readonly (readonly [string, string])[] = [
    ['found', choices.kind],
    ...(hasPlatforms(choices.platforms) ? [['targets', targetsOf(choices)] as const] : []),
    ['start', choices.start ?? (choices.docker ? 'nothing; the Dockerfile does not say it plainly' : 'nothing')],
    ['health', health],
  ];
  for (const line of facts(cli, lines)) cli.out(line);
  for (const { path, action } of files)
    cli.out(plainText(cli, `  ${shape(cli, LOOKS[action])} ${WORDS[action].padEnd(13)} ${path}`));
  for (const line of facts(cli, [['next', nextOf(choices, files)]])) cli.out(line);
}

export const command: BuildCommand = (cli) =>
  new Command('init')
    .description('Look at this project and write a configuration for it. Overwrites nothing.')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'write files anew that are there already')
    .option('--ts', 'write belay.config.ts instead of belay.yml')
    .option('--local', 'for this machine, although it is an application for Convex or Vercel')
    .option('--app <name>', 'name of the application', nameOption)
    .option('--start <command>', 'command that starts it; it listens on the port in PORT')
    .option('--port <port>', 'public port', portOption, 8080)
    .option('--health <path>', 'path that answers 2xx when it is ready', pathOption)
    .addOption(
      new Option('--workflows <names>', `for GitHub Actions: ${WORKFLOWS.join(', ')}`)
        .argParser(workflowsOption)
        .default(['production', 'rollback'], 'production,rollback'),
    )
    .option('--middleware', 'also middleware.ts, for canaries on Vercel without rolling releases (Next.js)')
    .option('--no-ci', 'write no workflows for GitHub Actions')
    .option('--json', 'print one JSON object on standard output')
    .option('--ascii', 'use no characters beyond ASCII')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay init\n  belay init --yes --start "node server.js" --port 80 --no-ci\n  belay init --workflows staging,production,rollback',
      ),
    )
    .action(async (options: InitOptions) => {
      const where = { folder: cli.cwd, force: options.force ?? false, typescript: options.ts ?? false };
      // A project that is configured already may want the middleware later.
      const alone = options.middleware === true && !where.force && hasConfiguration(cli.cwd);
      if (!alone) refuseExisting(where);
      const found = chosen(cli, options);
      const asks = cli.interactive && !options.yes && !options.json && !alone;
      const choices = asks ? await askPerson(found) : found;
      const files = [...(alone ? [] : writeFiles(choices, where)), ...(await middlewareOf(cli, choices))];
      if (options.json) cli.out(JSON.stringify({ detected: choices, files, next: nextOf(choices, files) }));
      else print(cli, choices, files);
    });
