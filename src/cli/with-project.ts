/** Opens the project for a command and closes it again; a problem on the way is told with what is live. */
import { isProblem } from '../core/errors.ts';
import { describeObserved } from '../core/status.ts';
import type { Environment } from '../core/runtime.ts';
import { openProject, type Project, requireEnvironment } from '../project.ts';
import type { Cli, CommonOptions } from './cli.ts';
import { environmentName } from './environment-name.ts';
import { printProblem } from './render/problem.ts';
import { createRenderer, type Renderer, type RenderOptions } from './render/renderer.ts';
import { maskLine } from './render/workflow-commands.ts';
import { reportProblem } from './report.ts';
import { listenForSignals } from './signals.ts';

export interface Opened {
  readonly project: Project;
  readonly name: string;
  readonly environment: Environment;
  /** Ended by whoever prints the result, and at the latest when the command ends. */
  readonly renderer: Renderer;
}

export interface OpenOptions {
  /** Shows what happens meanwhile; without it nothing is shown but the result. */
  readonly render?: RenderOptions;
  readonly doing?: string;
  readonly readOnly?: boolean;
  /** What Ctrl-C means for this command; by default that the step is finished or undone first. */
  readonly stopWords?: string;
}

/** For commands that need the store and the configuration, but no environment. */
export async function withProject(
  cli: Cli,
  options: CommonOptions,
  open: OpenOptions,
  work: (project: Project, renderer: Renderer) => Promise<void>,
): Promise<void> {
  const stop = listenForSignals(cli, open.readOnly ? null : open.stopWords);
  const renderer = createRenderer(cli, open.render ?? { quiet: true });
  const project = await openProject({
    cwd: cli.cwd,
    env: cli.env,
    version: cli.version,
    argv: cli.argv,
    stop,
    emit: (notice) => renderer.notice(notice),
    ...(cli.env.github ? { onSecret: (value) => cli.err(maskLine(value)) } : {}),
    ...(options.config ? { file: options.config } : {}),
    ...(open.doing ? { doing: open.doing } : {}),
    readOnly: open.readOnly ?? false,
    allowLocalStoreInCi: options.allowLocalStoreInCi ?? false,
  });
  try {
    for (const warning of project.loaded.warnings) renderer.notice({ type: 'note', text: warning });
    await work(project, renderer);
  } finally {
    renderer.end();
    stop.dispose();
    await project.close();
  }
}

/** For commands that act on one environment. */
export async function withEnvironment(
  cli: Cli,
  options: CommonOptions,
  open: OpenOptions,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  await withProject(cli, options, open, async (project, renderer) => {
    const name = environmentName(cli, project.config, options);
    requireEnvironment(project.config, name);
    const environment = await project.environment(name);
    try {
      await work({ project, name, renderer, environment });
    } catch (error) {
      renderer.end();
      if (!isProblem(error)) throw error;
      const live = await describeObserved(project.runtime, environment);
      await reportProblem(cli, project, error, live);
      printProblem(cli, error, { json: options.json ?? false, live });
      cli.exit(error.exitCode);
    }
  });
}

/** The environment with another time to wait for its lock. */
export function waitingFor(environment: Environment, waitMs: number | undefined): Environment {
  return waitMs === undefined ? environment : { ...environment, lease: { ...environment.lease, waitMs } };
}

/** The environment with another strategy than the configured one. */
export function movingBy(environment: Environment, strategy: 'all-at-once' | 'blue-green' | undefined): Environment {
  return strategy === undefined ? environment : { ...environment, strategy, canary: null };
}
