/** `belay promote`: ships what another environment runs, or lets a deployment that is being watched go on at once. */
import { Command, Option } from 'commander';
import { deploy } from '../../core/deploy.ts';
import { Problem } from '../../core/errors.ts';
import { requirePromotable } from '../../core/promotable.ts';
import { short } from '../../core/release.ts';
import { requireEnvironment } from '../../project.ts';
import { handOverArtefacts } from '../../project-promote.ts';
import { sourceOf } from '../../project-source.ts';
import { ask } from '../ask.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { finishDeploy } from '../finish.ts';
import { finishRequest } from '../finish-request.ts';
import { durationOption, withCommonOptions } from '../options.ts';
import { type Opened, waitingFor, withEnvironment } from '../with-project.ts';

interface PromoteOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly acceptDrift?: boolean;
  readonly despiteFreeze?: string;
  readonly acceptSchema?: string;
  readonly lockWait?: number;
  readonly step?: boolean;
  readonly wait: boolean;
  readonly watch?: boolean;
  readonly verbose?: boolean;
}

async function ship(cli: Cli, options: PromoteOptions, opened: Opened, from: string): Promise<void> {
  const { project, name, renderer } = opened;
  if (from === name) {
    throw new Problem('USAGE', `${from} cannot be promoted to itself`, {
      next: `belay promote --from ${from} --to NAME`,
    });
  }
  requireEnvironment(project.config, from);
  const live = await requirePromotable(project.runtime, await project.environment(from));
  const { commit } = live.source;
  const source = await sourceOf(project.runtime.exec, project.config, requireEnvironment(project.config, name), commit);
  if (source.commit !== commit) {
    throw new Problem('SOURCE_INVALID', `The folder is not what ${from} runs`, {
      why: `${live.release} was made from ${short(commit)}, the folder is ${short(source.commit)}`,
      next: 'use a git repository as the source: a commit can be made again',
    });
  }
  renderer.notice({
    type: 'note',
    text: `${from} runs ${live.release}, commit ${short(commit)}: the same commit goes to ${name}`,
  });
  const { uncommitted: _notPartOfIt, ...exactly } = source;
  const handed = await handOverArtefacts(project, { from, to: name }, { refs: live.refs, commit });
  for (const text of handed.told) renderer.notice({ type: 'note', text });
  try {
    const result = await deploy(project.runtime, waitingFor(opened.environment, options.lockWait), {
      kind: 'promote',
      source: exactly,
      reason: options.reason ?? `promoted from ${from}, where it runs as ${live.release}`,
      acceptDrift: options.acceptDrift ?? false,
      despiteFreeze: options.despiteFreeze ?? null,
      acceptSchema: options.acceptSchema ?? null,
    });
    renderer.end();
    await finishDeploy(cli, options, opened, result);
  } finally {
    await handed.withdraw();
  }
}

/** Two words are environments; the options say the same. @throws Problem USAGE */
function meantBy(words: readonly (string | undefined)[], options: PromoteOptions): PromoteOptions {
  const [from, to] = words;
  if (from === undefined) return options.to === undefined ? options : { ...options, env: options.to };
  if (to === undefined || options.from !== undefined || options.to !== undefined) {
    throw new Problem('USAGE', 'From which environment to which?', {
      why: to === undefined ? `only ${from} was named` : 'they are named twice',
      next: `belay promote ${from} ${to ?? 'production'}`,
    });
  }
  if (options.step) {
    throw new Problem('USAGE', '--step is for a canary that runs, not for another environment', {
      next: 'belay promote --step',
    });
  }
  return { ...options, from, env: to };
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('promote'))
    .description(
      'Ship the tested release of another environment; or, without one, end the wait of a running deployment.',
    )
    .argument('[from]', 'environment whose tested release is shipped')
    .argument('[to]', 'environment that it is shipped to')
    .option('--from <environment>', 'take the commit that is live there, read back and answering')
    .option('--to <environment>', 'the same as --env')
    .addOption(new Option('--step', 'without --from: a canary goes on to its next share only').conflicts('from'))
    .option('--reason <text>', 'why, for the record')
    .option('--accept-drift', 'go on although something was changed behind our back')
    .option('--despite-freeze <reason>', 'try a commit again that was taken back')
    .option('--accept-schema <reason>', 'go on although the schema change breaks, or nobody can tell')
    .option('--lock-wait <duration>', 'how long to wait for another deployment', durationOption)
    .option('--no-wait', 'without --from: ask only, do not wait until it is committed')
    .option('--watch', 'with --json: print every event as a line of JSON before the result')
    .option('--verbose', 'show the output of install and build commands')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay promote staging production\n  belay promote --env production   (what is being watched commits now)' +
          '\n  belay promote --step   (a canary takes its next share)',
      ),
    )
    .action((from: string | undefined, to: string | undefined, options: PromoteOptions) => {
      const meant = meantBy([from, to], options);
      const doing = meant.from ? `promote from ${meant.from}` : 'promote';
      return withEnvironment(cli, meant, { render: options, doing }, async (opened) => {
        if (meant.from) return ship(cli, meant, opened, meant.from);
        const reason = options.reason ?? '';
        if (options.step) {
          const told = await ask(opened, { kind: 'advance', reason, wait: options.wait, until: 'accepted' });
          const goesOn = `${told.deployment} goes on to its next share`;
          return finishRequest(
            cli,
            meant,
            opened,
            { ...told, asked: 'advance', ...(told.accepted ? { goesOn } : {}) },
            [],
          );
        }
        const ended = await ask(opened, { kind: 'promote', reason, wait: options.wait, until: 'committed' });
        await finishRequest(cli, meant, opened, { ...ended, asked: 'promote' }, ['committed']);
      });
    });
