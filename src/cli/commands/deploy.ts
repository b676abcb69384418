/** `belay deploy`: the main job. */
import { Command } from 'commander';
import { deploy } from '../../core/deploy.ts';
import { short } from '../../core/release.ts';
import { requireEnvironment } from '../../project.ts';
import { sourceOf } from '../../project-source.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { finishDeploy } from '../finish.ts';
import { showPlan } from './plan.ts';
import { durationOption, strategyOption, withCommonOptions } from '../options.ts';
import { movingBy, waitingFor, withEnvironment } from '../with-project.ts';

interface DeployOptions extends CommonOptions {
  readonly reason?: string;
  readonly acceptDrift?: boolean;
  readonly despiteFreeze?: string;
  readonly acceptSchema?: string;
  readonly lockWait?: number;
  readonly strategy?: 'all-at-once' | 'blue-green';
  readonly watch?: boolean;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('deploy'))
    .description('Put a release live as one transaction: it commits healthy, or goes back to what ran before.')
    .argument('[ref]', 'commit, branch or tag (default: what is checked out)')
    .option('--reason <text>', 'why, for the record')
    .option('--accept-drift', 'go on although something was changed behind our back')
    .option('--despite-freeze <reason>', 'try a commit again that was taken back')
    .option('--accept-schema <reason>', 'go on although the schema change breaks, or nobody can tell')
    .addOption(strategyOption())
    .option(
      '--lock-wait <duration>',
      'how long to wait for another deployment, e.g. 15m (default: configured)',
      durationOption,
    )
    .option('--dry-run', 'show the plan and change nothing: the same as belay plan')
    .option('--watch', 'with --json: print every event as a line of JSON before the result')
    .option('--verbose', 'show the output of install and build commands')
    .addHelpText(
      'after',
      '\nExamples:\n  belay deploy\n  belay deploy v1.4.0 --env production --reason "hotfix for checkout"',
    )
    .action(async (ref: string | undefined, options: DeployOptions) => {
      if (options.dryRun) return showPlan(cli, ref, options);
      const doing = `deploy ${ref ?? ''}`.trim();
      await withEnvironment(cli, options, { render: options, doing }, async (opened) => {
        const { project, name, renderer } = opened;
        const source = await sourceOf(
          project.runtime.exec,
          project.config,
          requireEnvironment(project.config, name),
          ref,
        );
        if (source.uncommitted) {
          const text = `${source.uncommitted} uncommitted changes are not part of ${short(source.commit)}`;
          renderer.notice({ type: 'note', text });
        }
        const result = await deploy(
          project.runtime,
          waitingFor(movingBy(opened.environment, options.strategy), options.lockWait),
          {
            kind: 'deploy',
            source,
            reason: options.reason ?? null,
            acceptDrift: options.acceptDrift ?? false,
            despiteFreeze: options.despiteFreeze ?? null,
            acceptSchema: options.acceptSchema ?? null,
          },
        );
        renderer.end();
        await finishDeploy(cli, options, opened, result);
      });
    });
