/** `belay plan`: what a deployment would do, and whether it would be let. */
import { Command } from 'commander';
import { describeCanaryPlan } from '../../core/canary-words.ts';
import { EXIT } from '../../core/errors.ts';
import type { PlannedStep } from '../../core/plan.ts';
import { type Preview, previewDeployment } from '../../core/preview.ts';
import { short } from '../../core/release.ts';
import { liveSentence } from '../../core/status.ts';
import { requireEnvironment } from '../../project.ts';
import { sourceOf } from '../../project-source.ts';
import { formatDuration } from '../../util/duration.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { strategyOption, withCommonOptions } from '../options.ts';
import { facts } from '../render/facts.ts';
import { grid } from '../render/grid.ts';
import { paint, plainText, shape } from '../render/shape.ts';
import { movingBy, withEnvironment } from '../with-project.ts';

interface PlanOptions extends CommonOptions {
  readonly strategy?: 'all-at-once' | 'blue-green';
}

function stepRow(step: PlannedStep): readonly string[] {
  const when = step.after ? 'after the commit' : '';
  return [String(step.group), step.kind, step.target ?? 'all', step.title, when];
}

function summary({ plan, row, wayBack }: Preview): readonly (readonly [string, string])[] {
  const { source } = plan.release;
  const commit = [short(source.commit), source.subject, source.author && `by ${source.author}`].filter(Boolean);
  const uncommitted = source.uncommitted ? `${source.uncommitted} uncommitted changes are not part of it` : '';
  return [
    ['live', liveSentence(row, plan.environment)],
    ['ship', commit.join(' · ')],
    ['', uncommitted],
    ['strategy', plan.soakMs > 0 ? `${plan.strategy}, watched for ${formatDuration(plan.soakMs)}` : plan.strategy],
    ...(plan.canary ? describeCanaryPlan(plan.canary) : []).map((line) => ['', line] as const),
    ...(plan.schema ? [['schema', plan.schema] as const] : []),
    ['rollback', `${plan.rollbackClass}: ${wayBack}`],
    ['', plan.rollbackReason ?? ''],
    [
      'takes',
      plan.expectedMs === null ? 'not known yet' : `about ${formatDuration(plan.expectedMs)}, as the last time`,
    ],
  ];
}

function print(cli: Cli, preview: Preview): void {
  const { plan, objections } = preview;
  const head = `Plan for ${plan.app} ${short(plan.release.source.commit)} to ${plan.environment}`;
  cli.out(paint(cli, 'bold', plainText(cli, `${head}  ·  ${plan.steps.length} steps, nothing changed yet`)));
  for (const line of facts(cli, summary(preview))) cli.out(line);
  cli.out('');
  const columns = [
    { title: '', right: true },
    { title: 'step' },
    { title: 'target' },
    { title: 'what' },
    { title: '' },
  ] as const;
  for (const line of grid(cli, columns, plan.steps.map(stepRow), cli.columns)) cli.out(line);
  cli.out('');
  for (const { gate, what, next } of objections) {
    for (const line of facts(
      cli,
      [
        [gate, what],
        ['', next],
      ],
      shape(cli, 'refused'),
    ))
      cli.out(line);
  }
  const next = objections.length > 0 ? 'a deployment would be refused now' : `belay deploy --env ${plan.environment}`;
  for (const line of facts(cli, [['next', next]])) cli.out(line);
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('plan'))
    .description('Show what a deployment would do. Reads every target; takes no lock and changes nothing.')
    .argument('[ref]', 'commit, branch or tag (default: what is checked out)')
    .addOption(strategyOption())
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExits with 0 when a deployment would be let, with 3 when a gate would refuse it (drift, freeze, schema, no room).' +
          '\n\nExamples:\n  belay plan\n  belay plan v1.4.0 --env production --json',
      ),
    )
    .action((ref: string | undefined, options: PlanOptions) => showPlan(cli, ref, options));

/** Also what `belay deploy --dry-run` does. */
export async function showPlan(cli: Cli, ref: string | undefined, options: PlanOptions): Promise<void> {
  await withEnvironment(cli, options, { render: { json: options.json ?? false }, readOnly: true }, async (opened) => {
    const { project, name, environment, renderer } = opened;
    const source = await sourceOf(project.runtime.exec, project.config, requireEnvironment(project.config, name), ref);
    const preview = await previewDeployment(project.runtime, movingBy(environment, options.strategy), {
      kind: 'deploy',
      source,
    });
    renderer.end();
    const code = preview.objections.length > 0 ? EXIT.refused : EXIT.ok;
    cli.exit(code);
    if (!options.json) return print(cli, preview);
    const { plan, hash, drift, objections, wayBack, row } = preview;
    const frozen = row?.frozen ?? [];
    const { warnings } = project.loaded;
    cli.out(
      JSON.stringify({
        plan,
        hash,
        wayBack,
        live: row?.live ?? null,
        drift,
        frozen,
        objections,
        warnings,
        exitCode: code,
      }),
    );
  });
}
