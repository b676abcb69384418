/** `belay lock`: who holds an environment, holding it by hand, and taking it from a holder that is certainly dead. */
import { Command } from 'commander';
import { holdLock } from '../../core/hold-lock.ts';
import { forceRelease, silenceOf } from '../../core/lock.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { Project } from '../../project.ts';
import type { LeaseRecord } from '../../stores/store.ts';
import { formatDuration } from '../../util/duration.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { durationOption, withCommonOptions } from '../options.ts';
import { facts } from '../render/facts.ts';
import { paint, plainText, shape } from '../render/shape.ts';
import { ago, exact } from '../render/time.ts';
import { waitingFor, withEnvironment } from '../with-project.ts';
import { environmentsMeant, withRecord } from '../with-record.ts';

function printLease(cli: Cli, name: string, lease: LeaseRecord | null, open: string | null): void {
  const holder = lease?.holder;
  if (!lease || !holder) {
    cli.out(`${shape(cli, 'none')} ${paint(cli, 'bold', name)}  free`);
    if (open)
      for (const line of facts(cli, [
        ['left', `${open} has not ended; nobody works on it`],
        ['next', `belay recover --env ${name}`],
      ]))
        cli.out(line);
    return;
  }
  const silent = silenceOf(lease, new Date());
  const late = silent > lease.ttlMs ? ': longer than its term, it is probably dead' : '';
  cli.out(`${shape(cli, 'locked')} ${paint(cli, 'bold', name)}  locked by ${plainText(cli, holder.user)}`);
  const lines = facts(cli, [
    ['since', `${exact(lease.acquiredAt)} (${ago(lease.acquiredAt)})`],
    ['for', holder.deployment ? `deployment ${holder.deployment}` : (holder.reason ?? 'no reason given')],
    ['open', open],
    ['where', `${holder.host}, pid ${holder.pid}, ${holder.tool}`],
    ['ci', holder.ci],
    ['heartbeat', `${formatDuration(silent)} ago; term ${formatDuration(lease.ttlMs)}${late}`],
    ['nonce', lease.nonce],
    ['next', `belay abort --env ${name}   asks it to stop`],
    ['', `belay lock release --env ${name} --nonce ${lease.nonce} --because "…"   when it is certainly dead`],
  ]);
  for (const line of lines) cli.out(line);
}

function status(cli: Cli): Command {
  return withCommonOptions(new Command('status'))
    .description('who holds it, since when, why, and how long ago its last heartbeat was')
    .action((options: CommonOptions) =>
      withRecord(cli, options, async (record) => {
        const names = await environmentsMeant(cli, options, record);
        const leases = await Promise.all(
          names.map(async (environment) => ({
            environment,
            lease: await record.store.leases.read(environment),
            open: (await readEnvironmentRow(record.store, environment))?.open ?? null,
          })),
        );
        if (options.json) return cli.out(JSON.stringify({ locks: leases }));
        for (const one of leases) printLease(cli, one.environment, one.lease, one.open);
      }),
    );
}

function acquire(cli: Cli): Command {
  return withCommonOptions(new Command('acquire'))
    .description('hold it, so that nothing is deployed, until Ctrl-C or for a time')
    .argument('<reason>', 'why; shown to everybody who waits')
    .option('--for <duration>', 'let it go by itself after this time, e.g. 30m', durationOption)
    .option('--lock-wait <duration>', 'how long to wait for a deployment (default: configured)', durationOption)
    .action((reason: string, options: CommonOptions & { for?: number; lockWait?: number }) =>
      withEnvironment(
        cli,
        options,
        { render: options, doing: reason, stopWords: 'Releasing the lock.' },
        async ({ project, name, environment, renderer }) => {
          const forMs = options.for ?? null;
          const taken = () => {
            const until = forMs === null ? 'until Ctrl-C' : `for ${formatDuration(forMs)}`;
            renderer.notice({ type: 'note', text: `${name} is held ${until}: ${reason}` });
          };
          const held = await holdLock(project.runtime, waitingFor(environment, options.lockWait), {
            reason,
            forMs,
            taken,
          });
          renderer.end();
          if (options.json) return cli.out(JSON.stringify({ environment: name, reason, ...held }));
          cli.err(
            `${shape(cli, 'none')} ${name} is free again, after ${formatDuration(held.ms)}\n  next  belay status`,
          );
        },
      ),
    );
}

/** A lock that was taken from somebody is news; this command opens the project only to look, so nobody is told by itself. */
async function tellNow(cli: Cli, { config, runtime, clean }: Project): Promise<void> {
  const { tellDue } = await import('../../project-notifications.ts');
  const undelivered = await tellDue({ config, env: cli.env, store: runtime.store, clean });
  if (undelivered) cli.err(`${shape(cli, 'waiting')} ${plainText(cli, undelivered)}`);
}

function release(cli: Cli): Command {
  return withCommonOptions(new Command('release'))
    .description('take it from a holder that is certainly dead; what it left is recovered by the next command')
    .requiredOption('--nonce <nonce>', 'which lock is meant, from `belay lock status`')
    .requiredOption('--because <reason>', 'why, for the record')
    .option('--i-know-it-is-dead', 'although its last heartbeat is younger than 30 s')
    .action((options: CommonOptions & { nonce: string; because: string; iKnowItIsDead?: boolean }) =>
      withEnvironment(cli, options, { doing: 'lock release', readOnly: true }, async ({ project, name }) => {
        const force = { nonce: options.nonce, reason: options.because, certainlyDead: options.iKnowItIsDead ?? false };
        const { from } = await forceRelease(project.runtime, name, force);
        await tellNow(cli, project);
        const row = await readEnvironmentRow(project.runtime.store, name);
        if (options.json) return cli.out(JSON.stringify({ environment: name, from, open: row?.open ?? null }));
        cli.err(`${shape(cli, 'none')} ${name} is free; it was held by ${from}`);
        cli.err(
          `  next  ${row?.open ? `belay recover --env ${name}   finishes or undoes ${row.open}` : `belay status --env ${name}`}`,
        );
      }),
    );
}

export const command: BuildCommand = (cli) =>
  new Command('lock')
    .description('The lock of an environment: one deployment at a time. It is taken and let go by itself.')
    .addCommand(status(cli))
    .addCommand(acquire(cli))
    .addCommand(release(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay lock status\n  belay lock acquire "database maintenance" --for 30m\n  belay lock release --nonce 0mh2x --because "the runner was deleted"',
      ),
    );
