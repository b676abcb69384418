/** `belay status`: what is live, is it healthy, is something happening, what was last, what next. */
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { describeProgress } from '../../core/canary-words.ts';
import { EXIT } from '../../core/errors.ts';
import type { EventData } from '../../core/events.ts';
import { describeHolder } from '../../core/lease.ts';
import { short } from '../../core/release.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import { lookAtTarget, type TargetStatus } from '../../core/target-status.ts';
import type { DeploymentRow, EnvironmentRow } from '../../core/views.ts';
import type { Project } from '../../project.ts';
import type { Store } from '../../stores/store.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { withCommonOptions } from '../options.ts';
import { type Look, OUTCOME_LOOKS, OUTCOME_WORDS, paint, plainText, shape } from '../render/shape.ts';
import { ago } from '../render/time.ts';
import { withProject } from '../with-project.ts';

export interface EnvironmentStatus {
  readonly environment: string;
  readonly row: EnvironmentRow | null;
  readonly targets: readonly TargetStatus[];
  readonly lock: string | null;
  readonly last: DeploymentRow | null;
  /** Of a canary under way: where it stands, by its latest measurement. */
  readonly canary: EventData['analysis.measured'] | null;
}

async function latestMeasurement(
  store: Pick<Store, 'read'>,
  environment: string,
  deployment: string,
): Promise<EnvironmentStatus['canary']> {
  const kinds = ['analysis.measured'] as const;
  const [event] = await store.read({ environment, deployment, kinds, newestFirst: true, limit: 1 });
  if (event?.kind !== 'analysis.measured') return null;
  // What the analysis goes on from is nothing to look at.
  return { ...event.data, sources: event.data.sources.map((source) => ({ ...source, state: null })) };
}

async function readStatus(project: Project, name: string): Promise<EnvironmentStatus> {
  const { store } = project.runtime;
  const row = await readEnvironmentRow(store, name);
  const environment = await project.environment(name);
  const [lease, [last]] = await Promise.all([
    store.leases.read(name),
    store.view('deployments', { environment: name, limit: 1 }),
  ]);
  const targets = await Promise.all(
    [...environment.targets.keys()].map((target) => lookAtTarget(project.runtime, environment, target, row)),
  );
  return {
    environment: name,
    row,
    targets,
    canary: row?.open ? await latestMeasurement(store, name, row.open) : null,
    lock: lease?.holder ? describeHolder(lease) : null,
    last: (last?.row as DeploymentRow | undefined) ?? null,
  };
}

const LOOKS: Readonly<Record<TargetStatus['state'], Look>> = {
  live: 'live',
  unhealthy: 'needs-you',
  drifted: 'needs-you',
  empty: 'none',
  unknown: 'waiting',
};
const WORDS: Readonly<Record<TargetStatus['state'], string>> = {
  live: 'live',
  unhealthy: 'failing',
  drifted: 'changed behind our back',
  empty: 'nothing live',
  unknown: 'cannot tell',
};

function nextCommand({ row, targets }: EnvironmentStatus): string {
  if (row?.attention)
    return row.attention.state === 'paused'
      ? 'belay resume, or belay abort'
      : `belay show ${row.attention.deployment}, then belay recover`;
  if (row?.open) return `belay show ${row.open}`;
  if (targets.some((target) => target.state === 'drifted'))
    return 'see what happened, then belay deploy --accept-drift';
  if (targets.some((target) => target.state === 'unhealthy')) return 'belay logs, or belay rollback';
  return row?.live ? 'belay deploy · belay rollback' : 'belay deploy';
}

const BAR = 10;

/** The candidate's share, drawn. */
function bar(cli: Cli, share: number): string {
  const [full, empty] = cli.unicode ? ['━', '─'] : ['#', '.'];
  const filled = Math.max(1, Math.round(share * BAR));
  return full.repeat(filled) + empty.repeat(BAR - filled);
}

function lines(cli: Cli, status: EnvironmentStatus): string[] {
  const { row, last } = status;
  const live = row?.live;
  const head = live
    ? `${live.release} · commit ${short(live.source.commit)} · ${live.source.subject ?? ''} · ${ago(live.at)}`
    : 'nothing deployed yet';
  const out = [`${paint(cli, 'bold', status.environment)}  ${head}`];
  for (const { target, state, url, note } of status.targets) {
    out.push(
      `  ${shape(cli, LOOKS[state])} ${target.padEnd(10)} ${[WORDS[state], url, note].filter(Boolean).join(' · ')}`,
    );
  }
  if (row?.attention)
    out.push(
      `  ${shape(cli, row.attention.state === 'paused' ? 'waiting' : 'needs-you')} ${row.attention.deployment}  ${row.attention.reason}`,
    );
  if (row?.open) out.push(`  ${shape(cli, 'progress')} ${row.open}  under way or left unfinished`);
  if (status.canary) {
    const { share, sources, why } = status.canary;
    const reports = sources.map((source) => source.report);
    out.push(`    ${shape(cli, 'progress')} ${bar(cli, share)} ${describeProgress(share, reports, why)}`);
  }
  if (status.lock) out.push(`  ${shape(cli, 'locked')} locked by ${status.lock}`);
  for (const frozen of row?.frozen.slice(0, 1) ?? [])
    out.push(`  ${shape(cli, 'locked')} commit ${short(frozen.commit)} is frozen: ${frozen.reason}`);
  if (last?.outcome)
    out.push(
      `  last  ${shape(cli, OUTCOME_LOOKS[last.outcome])} ${last.id} ${last.kind} ${OUTCOME_WORDS[last.outcome]} by ${last.actor}, ${ago(last.openedAt)}`,
    );
  out.push(`  next  ${nextCommand(status)}`);
  return out.map((line) => plainText(cli, line));
}

/** 0 when every target runs what the record says, healthy; 6 when a person must look; 9 when it cannot be told. */
function codeOf(all: readonly EnvironmentStatus[]) {
  const states = all.flatMap((status) => status.targets.map((target) => target.state));
  if (
    all.some((status) => status.row?.attention?.state === 'stuck') ||
    states.includes('drifted') ||
    states.includes('unhealthy')
  )
    return EXIT.stuck;
  return states.includes('unknown') ? EXIT.unknown : EXIT.ok;
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('status'))
    .description('What is live, is it healthy, is something happening. Reads every target; takes no lock.')
    .option('--watch', 'go on showing it until stopped')
    .action(async (options: CommonOptions & { watch?: boolean }) => {
      await withProject(cli, options, { readOnly: true }, async (project) => {
        const names = options.env ? [options.env] : Object.keys(project.config.environments);
        do {
          const all = await Promise.all(names.map((name) => readStatus(project, name)));
          if (options.json) cli.out(JSON.stringify({ environments: all, exitCode: codeOf(all) }));
          else {
            if (options.watch && cli.terminal) cli.out('\u001b[2J\u001b[H');
            cli.out(all.map((status) => lines(cli, status).join('\n')).join('\n\n'));
          }
          cli.exit(codeOf(all));
          if (options.watch)
            await delay(1_000, undefined, { signal: project.runtime.stop.gently }).catch(() => undefined);
        } while (options.watch && !project.runtime.stop.gently.aborted);
      });
    });
