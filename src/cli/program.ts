/** The commands by name, each loaded when it is used, so that starting stays fast. */
import { Command, CommanderError } from 'commander';
import type { BuildCommand, Cli } from './cli.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: BuildCommand }>;
}

export const COMMANDS: Readonly<Record<string, Entry>> = {
  init: { summary: 'look at this project and write a configuration for it', load: () => import('./commands/init.ts') },
  plan: { summary: 'show what a deployment would do, and change nothing', load: () => import('./commands/plan.ts') },
  deploy: { summary: 'put a release live, or go back by itself', load: () => import('./commands/deploy.ts') },
  rollback: { summary: 'go back to a release that ran before', load: () => import('./commands/rollback.ts') },
  promote: {
    summary: 'ship what another environment has tested, or end a wait',
    load: () => import('./commands/promote.ts'),
  },
  env: { summary: 'environments: list, create, compare, fill', load: () => import('./commands/env.ts') },
  status: {
    summary: 'what is live, is it healthy, is something happening',
    load: () => import('./commands/status.ts'),
  },
  releases: { summary: 'releases that can be gone back to', load: () => import('./commands/releases.ts') },
  history: { summary: 'deployments, newest first', load: () => import('./commands/history.ts') },
  metrics: {
    summary: 'how deploying has gone: durations, DORA, what got slower',
    load: () => import('./commands/metrics.ts'),
  },
  show: { summary: 'one deployment, step by step', load: () => import('./commands/show.ts') },
  logs: { summary: 'output of a release', load: () => import('./commands/logs.ts') },
  abort: { summary: 'ask the running deployment to stop and go back', load: () => import('./commands/abort.ts') },
  pause: { summary: 'ask the running deployment to wait for a person', load: () => import('./commands/pause.ts') },
  resume: { summary: 'go on with a paused deployment', load: () => import('./commands/resume.ts') },
  recover: { summary: 'finish or undo what was left behind', load: () => import('./commands/recover.ts') },
  lock: { summary: 'see, take or release the lock of an environment', load: () => import('./commands/lock.ts') },
  snapshot: { summary: 'snapshots of protected data', load: () => import('./commands/snapshot.ts') },
  check: { summary: 'run the health checks against what is live', load: () => import('./commands/check.ts') },
  analyze: { summary: 'judge a recorded canary rollout again', load: () => import('./commands/analyze.ts') },
  schema: {
    summary: 'what a change of a schema does to data and running code',
    load: () => import('./commands/schema.ts'),
  },
  audit: {
    summary: 'the record: who did what when; verify that it is untouched',
    load: () => import('./commands/audit.ts'),
  },
  notify: {
    summary: 'who is told of what happens; try a channel; what could not be told',
    load: () => import('./commands/notify.ts'),
  },
  dashboard: { summary: 'the record in a browser, live', load: () => import('./commands/dashboard.ts') },
  token: { summary: 'tokens for the dashboard and its API', load: () => import('./commands/token.ts') },
  config: { summary: 'show, validate or explain the configuration', load: () => import('./commands/config.ts') },
  store: { summary: 'make a store that does not make itself', load: () => import('./commands/store.ts') },
  doctor: { summary: 'look for what would make a deployment fail', load: () => import('./commands/doctor.ts') },
  daemon: { summary: 'the supervisor of processes on this machine', load: () => import('./commands/daemon.ts') },
  demo: { summary: 'see it work on a small application, in a minute', load: () => import('./commands/demo.ts') },
  completion: { summary: 'completion script for bash, zsh or fish', load: () => import('./commands/completion.ts') },
};

/** Other names of commands; each command says its own as well. */
const ALIASES: Readonly<Record<string, string>> = { serve: 'dashboard' };

export const isCommand = (name: string): boolean => name in COMMANDS || name in ALIASES;

/** Output and errors go through the Cli; a usage error is thrown, never an exit from deep inside. */
export function prepare(command: Command, cli: Cli): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => cli.out(text.replace(/\n$/, '')),
    writeErr: (text) => cli.err(text.replace(/\n$/, '')),
    getOutHelpWidth: () => Math.min(cli.columns, 100),
    getErrHelpWidth: () => Math.min(cli.columns, 100),
  });
  command.showHelpAfterError('Run the command with --help to see what it takes.').showSuggestionAfterError(true);
  for (const child of command.commands) prepare(child, cli);
  return command;
}

/** The program with one command loaded, or all of them named by their summaries. */
export async function buildProgram(cli: Cli, name: string | undefined): Promise<Command> {
  const program = new Command('belay')
    .description('Every deployment is a transaction: it commits healthy, or it goes back to what ran before.')
    .version(cli.version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'help for a command')
    .configureHelp({ subcommandTerm: (command) => command.name() });
  const wanted = name === undefined ? undefined : COMMANDS[ALIASES[name] ?? name];
  for (const [known, entry] of Object.entries(COMMANDS)) {
    if (entry === wanted) program.addCommand((await entry.load()).command(cli));
    else program.command(known).description(entry.summary).allowUnknownOption().argument('[rest...]', '');
  }
  return prepare(program, cli);
}

export { CommanderError };
