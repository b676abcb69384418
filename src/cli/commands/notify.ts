/** `belay notify`: who is told of what happens, and what could not be told. */
import { Command } from 'commander';
import { EXIT } from '../../core/errors.ts';
import { notificationsOf, type Notifications } from '../../project-notify.ts';
import {
  type ChannelReport,
  channelsMeant,
  flushChannels,
  listChannels,
  retryChannels,
  testChannels,
} from '../../project-notifications.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { printChannels, printTested } from '../render/notify.ts';
import { withProject } from '../with-project.ts';

async function withNotifications(
  cli: Cli,
  options: CommonOptions,
  work: (notifications: Notifications, newId: () => string, actor: string) => Promise<void>,
): Promise<void> {
  await withProject(cli, { ...options, allowLocalStoreInCi: true }, { readOnly: true }, async (project) => {
    const { config, clean, runtime } = project;
    const notifications = await notificationsOf({ config, env: cli.env, store: runtime.store, clean });
    await work(notifications, runtime.newId, runtime.actor);
  });
}

function test(cli: Cli): Command {
  return withCommonOptions(new Command('test'))
    .description('send a message that says that it is a test, and wait for the answer')
    .argument('[channel]', 'only this one')
    .action((name: string | undefined, options: CommonOptions) =>
      withNotifications(cli, options, async (notifications, newId, actor) => {
        const channels = channelsMeant(notifications, name);
        const environment = options.env ?? cli.env.environment ?? 'production';
        const tested = await testChannels(notifications, channels, { id: newId(), environment, actor });
        if (options.json) cli.out(JSON.stringify({ channels: tested }));
        else printTested(cli, tested);
        if (tested.some(({ accepted }) => !accepted)) cli.exit(EXIT.problem);
      }),
    );
}

function list(cli: Cli): Command {
  return withCommonOptions(new Command('list'))
    .description('channels, what they hear, what waits, what could not be delivered')
    .action((options: CommonOptions) =>
      withNotifications(cli, options, async (notifications) => show(cli, options, await listChannels(notifications))),
    );
}

function retry(cli: Cli): Command {
  return withCommonOptions(new Command('retry'))
    .description('try again what was given up, and what waits after a failure')
    .argument('[channel]', 'only this one')
    .action((name: string | undefined, options: CommonOptions) =>
      withNotifications(cli, options, async (notifications) => {
        const names = channelsMeant(notifications, name).map((channel) => channel.name);
        await retryChannels(notifications, names);
        await finish(cli, options, notifications, names);
      }),
    );
}

function flush(cli: Cli): Command {
  return withCommonOptions(new Command('flush'))
    .description('send what waits and is due')
    .action((options: CommonOptions) =>
      withNotifications(cli, options, async (notifications) => {
        const names = channelsMeant(notifications, undefined).map((channel) => channel.name);
        await finish(cli, options, notifications, names);
      }),
    );
}

/** Exit code 1 while something waits that should have left, or was given up. */
async function finish(
  cli: Cli,
  options: CommonOptions,
  notifications: Notifications,
  names: readonly string[],
): Promise<void> {
  await flushChannels(notifications);
  const reports = (await listChannels(notifications)).filter(({ name }) => names.includes(name));
  show(cli, options, reports);
  const left = reports
    .flatMap(({ environments }) => environments)
    .some(({ waiting, undeliverable }) => undeliverable.length > 0 || waiting.some(({ reason }) => reason !== null));
  if (left) cli.exit(EXIT.problem);
}

function show(cli: Cli, options: CommonOptions, reports: readonly ChannelReport[]): void {
  if (options.json) cli.out(JSON.stringify({ channels: reports }));
  else printChannels(cli, reports);
}

export const command: BuildCommand = (cli) =>
  new Command('notify')
    .description('Who is told of what happens. Deployments tell by themselves; a channel that fails changes none.')
    .addCommand(test(cli))
    .addCommand(list(cli))
    .addCommand(retry(cli))
    .addCommand(flush(cli))
    .addHelpText(
      'after',
      helpText(cli, '\nExamples:\n  belay notify test\n  belay notify test team --json\n  belay notify list'),
    );
