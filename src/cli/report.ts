/** What is told at the end of a command beside its result: to those who are notified, and to GitHub Actions. */
import type { Unfinished } from '../core/behind-commit.ts';
import type { Problem } from '../core/errors.ts';
import type { EnvironmentRow } from '../core/views.ts';
import type { Project } from '../project.ts';
import type { Cli } from './cli.ts';
import { reportProblemToGitHub, reportToGitHub } from './render/github.ts';
import type { Ending } from './render/outcome.ts';
import { plainText, shape } from './render/shape.ts';
import type { Opened } from './with-project.ts';

export interface Reported {
  readonly ending: Ending;
  /** Null where nothing was begun. */
  readonly deployment: string | null;
  readonly release: string | null;
  /** Null where the store cannot be asked. */
  readonly row: EnvironmentRow | null;
  readonly unfinished: Unfinished | null;
}

/** A problem that ended the command; what had happened until then has been told all the same. */
export async function reportProblem(cli: Cli, project: Project, problem: Problem, live: string): Promise<void> {
  sayUndelivered(cli, await project.settle());
  reportProblemToGitHub(cli, problem, live);
}

function sayUndelivered(cli: Cli, undelivered: string | null): void {
  if (undelivered) cli.err(`${shape(cli, 'waiting')} ${plainText(cli, undelivered)}`);
}

/** Returns who was not told, for the result. */
export async function report(cli: Cli, opened: Opened, reported: Reported): Promise<string | null> {
  const { project } = opened;
  const undelivered = await project.settle();
  sayUndelivered(cli, undelivered);
  if (!cli.env.github) return undelivered;
  const { ending, deployment, release, row, unfinished } = reported;
  const events = deployment && !unfinished ? await project.runtime.store.read({ deployment }) : [];
  const planned = events.find((event) => event.kind === 'deployment.planned');
  // What the record says is not what runs, when a person has to look.
  const known = ending.outcome === 'stuck' ? null : row?.live;
  const url = Object.values(known?.refs ?? {}).find((ref) => ref?.url)?.url ?? null;
  const { address } = cli.env.github;
  const clean = { ...ending, reason: ending.reason ? project.clean(ending.reason) : null };
  reportToGitHub(
    cli,
    clean,
    { events, repository: address, url, undelivered },
    {
      deployment: deployment ?? '',
      release: release ?? planned?.data.plan.release.id ?? '',
      outcome: ending.outcome,
      url: url ?? '',
      live: known?.release ?? '',
      'rollback-class': planned?.data.plan.rollbackClass ?? '',
    },
  );
  return undelivered;
}
