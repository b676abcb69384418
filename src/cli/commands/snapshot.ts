/** `belay snapshot`: snapshots of protected data, by hand. */
import { Command } from 'commander';
import { Problem } from '../../core/errors.ts';
import { restoreSnapshot } from '../../core/restore.ts';
import type { Environment } from '../../core/runtime.ts';
import { createSnapshot, findSnapshot, listSnapshots, pruneSnapshots, verifySnapshot } from '../../core/snapshots.ts';
import { formatBytes } from '../../util/bytes.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishRollback } from '../finish.ts';
import { durationOption, wholeNumber, withCommonOptions } from '../options.ts';
import { printSnapshot, printSnapshots } from '../render/snapshots.ts';
import { plainText, shape } from '../render/shape.ts';
import { waitingFor, withEnvironment } from '../with-project.ts';
import { environmentMeant, withRecord } from '../with-record.ts';

interface SnapshotOptions extends CommonOptions {
  readonly target?: string;
  readonly reason?: string;
  readonly loseWrites?: number;
  readonly lockWait?: number;
  readonly keep?: number;
}

/** The named target, else the only one with data. @throws Problem USAGE */
function targetMeant(environment: Environment, named: string | undefined): string {
  if (named !== undefined) return named;
  const withData = [...environment.targets].filter(([, target]) => target.data).map(([name]) => name);
  if (withData.length === 1 && withData[0] !== undefined) return withData[0];
  throw new Problem(
    'USAGE',
    withData.length === 0 ? `No target of ${environment.name} has protected data` : 'Which target?',
    {
      why: withData.length === 0 ? 'none declares `data`' : `targets with data: ${withData.join(', ')}`,
      next:
        withData.length === 0
          ? 'belay config explain environments.NAME.targets.NAME.data'
          : `add --target ${withData[0]}`,
    },
  );
}

function list(cli: Cli): Command {
  return withCommonOptions(new Command('list'))
    .description('those that there are, newest first')
    .option('--all', 'also those that were pruned')
    .action((options: CommonOptions & { all?: boolean }) =>
      withRecord(cli, options, async (record) => {
        const name = await environmentMeant(cli, options, record);
        const rows = (await listSnapshots({ store: record.store }, name)).filter(
          (row) => options.all || row.prunedAt === null,
        );
        if (options.json) cli.out(JSON.stringify({ environment: name, snapshots: rows }));
        else printSnapshots(cli, name, rows);
      }),
    );
}

function show(cli: Cli): Command {
  return withCommonOptions(new Command('show'))
    .description('all that is recorded of one')
    .argument('<snapshot>', 'its id, or the beginning of it')
    .action((id: string, options: CommonOptions) =>
      withRecord(cli, options, async (record) => {
        const name = await environmentMeant(cli, options, record);
        const row = await findSnapshot({ store: record.store }, name, id);
        if (options.json) cli.out(JSON.stringify({ environment: name, snapshot: row }));
        else printSnapshot(cli, row);
      }),
    );
}

function create(cli: Cli): Command {
  return withCommonOptions(new Command('create'))
    .description('take one now, and read it back')
    .option('--target <name>', 'whose data (default: the only one that has any)')
    .option('--lock-wait <duration>', 'how long to wait for a deployment', durationOption)
    .action((options: SnapshotOptions) =>
      withEnvironment(
        cli,
        options,
        { render: options, doing: 'snapshot create' },
        async ({ project, name, environment, renderer }) => {
          const target = targetMeant(environment, options.target);
          const snapshot = await createSnapshot(project.runtime, waitingFor(environment, options.lockWait), target);
          renderer.end();
          if (options.json) return cli.out(JSON.stringify({ environment: name, target, snapshot }));
          const size = formatBytes(snapshot.bytes);
          cli.out(plainText(cli, `${shape(cli, 'live')} ${snapshot.id}  ${target} of ${name} · ${size} · read back`));
          cli.out(`  next  belay snapshot verify ${snapshot.id} --env ${name}   restores it to the side and compares`);
        },
      ),
    );
}

function verify(cli: Cli): Command {
  return withCommonOptions(new Command('verify'))
    .description('restore one to the side and compare it; the data itself is not touched')
    .argument('<snapshot>', 'its id, or the beginning of it')
    .option('--lock-wait <duration>', 'how long to wait for a deployment', durationOption)
    .action((id: string, options: SnapshotOptions) =>
      withEnvironment(
        cli,
        options,
        { render: options, doing: `snapshot verify ${id}` },
        async ({ project, name, environment, renderer }) => {
          const row = await findSnapshot(project.runtime, name, id);
          const snapshot = await verifySnapshot(project.runtime, waitingFor(environment, options.lockWait), row);
          renderer.end();
          if (options.json)
            return cli.out(JSON.stringify({ environment: name, target: row.target, snapshot, verified: true }));
          cli.out(
            plainText(
              cli,
              `${shape(cli, 'live')} ${row.id}  restored to the side: equal, ${snapshot.fingerprint.items} items`,
            ),
          );
        },
      ),
    );
}

function restore(cli: Cli): Command {
  return withCommonOptions(new Command('restore'))
    .description('put one back under the release that is live: requests wait, a snapshot of now is taken first')
    .argument('<snapshot>', 'its id, or the beginning of it')
    .option('--lose-writes <count>', 'how many writes since the snapshot you agree to lose', wholeNumber)
    .option('--reason <text>', 'why, for the record')
    .option('--lock-wait <duration>', 'how long to wait for a deployment', durationOption)
    .action((id: string, options: SnapshotOptions) =>
      withEnvironment(cli, options, { render: options, doing: `snapshot restore ${id}` }, async (opened) => {
        const { runtime } = opened.project;
        const row = await findSnapshot(runtime, opened.name, id);
        const consent = { loseWrites: options.loseWrites ?? 0, reason: options.reason ?? null };
        const result = await restoreSnapshot(runtime, waitingFor(opened.environment, options.lockWait), row, consent);
        opened.renderer.end();
        await finishRollback(cli, options, opened, result);
      }),
    );
}

function prune(cli: Cli): Command {
  return withCommonOptions(new Command('prune'))
    .description('remove all but the newest of each target, and those that have expired')
    .option('--keep <count>', 'how many to keep, at least 1', wholeNumber, 5)
    .option('--lock-wait <duration>', 'how long to wait for a deployment', durationOption)
    .action((options: SnapshotOptions) =>
      withEnvironment(cli, options, { doing: 'snapshot prune' }, async ({ project, name, environment }) => {
        const held = waitingFor(environment, options.lockWait);
        const removed = await pruneSnapshots(project.runtime, held, options.keep ?? 5);
        if (options.json) return cli.out(JSON.stringify({ environment: name, removed }));
        cli.out(removed.length === 0 ? 'Nothing to remove.' : `Removed ${removed.join(', ')}.`);
      }),
    );
}

export const command: BuildCommand = (cli) =>
  new Command('snapshot')
    .description('Snapshots of protected data. Deployments that need one take it by themselves.')
    .addCommand(list(cli))
    .addCommand(show(cli))
    .addCommand(create(cli))
    .addCommand(verify(cli))
    .addCommand(restore(cli))
    .addCommand(prune(cli))
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay snapshot list --env production\n  belay snapshot restore s-x1k2v8a0-web --lose-writes 3',
      ),
    );
