/** `belay rollback`: back to a release that ran before. */
import { Command } from 'commander';
import { recoverOpen, requireOpenEnvironment, withSession } from '../../core/open.ts';
import { rollBack, type RollbackRequest } from '../../core/rollback.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { finishRollback } from '../finish.ts';
import { durationOption, wholeNumber, withCommonOptions } from '../options.ts';
import { waitingFor, withEnvironment } from '../with-project.ts';

interface RollbackOptions extends CommonOptions {
  readonly reason?: string;
  readonly restoreData?: boolean;
  readonly keepData?: boolean;
  readonly loseWrites?: number;
  readonly lockWait?: number;
  readonly watch?: boolean;
  readonly verbose?: boolean;
}

function requestOf(release: string | undefined, options: RollbackOptions): RollbackRequest {
  return {
    to: release ?? null,
    reason: options.reason ?? null,
    data: options.restoreData ? 'restore' : options.keepData ? 'keep' : 'ask',
    loseWrites: options.loseWrites ?? 0,
  };
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('rollback'))
    .description('Go back to a release that ran before: code, configuration and, with consent, data.')
    .argument('[release]', 'release or commit to go back to (default: the one before the live one)')
    .option('--reason <text>', 'why, for the record; the commit that is left is frozen with it')
    .option('--restore-data', 'also put back the data snapshot of that time')
    .option('--keep-data', 'keep the data as it is now: the old code can read it')
    .option('--lose-writes <count>', 'how many writes since the snapshot you agree to lose', wholeNumber)
    .option('--lock-wait <duration>', 'how long to wait for another deployment', durationOption)
    .option('--watch', 'with --json: print every event as a line of JSON before the result')
    .option('--verbose', 'show the output of commands')
    .action(async (release: string | undefined, options: RollbackOptions) => {
      await withEnvironment(cli, options, { render: options, doing: 'rollback' }, async (opened) => {
        const { runtime } = opened.project;
        const environment = waitingFor(opened.environment, options.lockWait);
        const result = await withSession(runtime, environment, async (session) => {
          await recoverOpen(session);
          requireOpenEnvironment(await readEnvironmentRow(runtime.store, opened.name), opened.name);
          return rollBack(session, requestOf(release, options));
        });
        opened.renderer.end();
        await finishRollback(cli, options, opened, result);
      });
    });
