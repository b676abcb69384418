/** How abort, pause, promote, resume and recover end: outcome, what is live, next command, exit code. */
import { EXIT, type ExitCode } from '../core/errors.ts';
import { readDeployment } from '../core/open.ts';
import { describeLive, readEnvironmentRow } from '../core/status.ts';
import type { Outcome } from '../core/state.ts';
import type { EnvironmentRow } from '../core/views.ts';
import type { Cli, CommonOptions } from './cli.ts';
import { OUTCOME_CODES, printEnding } from './render/outcome.ts';
import { plainText, shape } from './render/shape.ts';
import { report } from './report.ts';
import type { Opened } from './with-project.ts';

export interface Ended {
  readonly deployment: string;
  /** Null when the request was left, and its answer not waited for. */
  readonly outcome: Outcome | null;
  readonly asked: string;
  /** What the deployment does from now on, where it goes on with what was asked for. */
  readonly goesOn?: string;
}

const NEXT: Readonly<Record<Outcome, string>> = {
  committed: 'belay status',
  'rolled-back': 'fix it, commit, and deploy again',
  refused: 'belay plan',
  stuck: 'belay show, then belay recover',
  paused: 'belay resume, or belay abort',
};

/** What was asked for and came is 0; everything else is the code of the outcome. */
export async function finishRequest(
  cli: Cli,
  options: CommonOptions,
  opened: Opened,
  ended: Ended,
  wanted: readonly Outcome[],
): Promise<void> {
  const { store } = opened.project.runtime;
  const { deployment, outcome } = ended;
  opened.renderer.end();
  const code: ExitCode = outcome === null || wanted.includes(outcome) ? EXIT.ok : OUTCOME_CODES[outcome];
  cli.exit(code);
  if (outcome === null) return told(cli, options, opened, ended);
  const row = await readEnvironmentRow(store, opened.name);
  const { reason } = await readDeployment({ store }, deployment);
  const live = await describeLive(store, opened.name);
  const ending = { outcome, what: `${deployment} · ${opened.name}`, reason, live, next: NEXT[outcome] };
  const undelivered = await report(cli, opened, { ending, deployment, release: null, row, unfinished: null });
  if (!options.json) return printEnding(cli, ending);
  cli.out(JSON.stringify({ ...factsOf(opened, ended, reason, row, code), ...(undelivered ? { undelivered } : {}) }));
}

const factsOf = (
  opened: Opened,
  { deployment, outcome, asked }: Ended,
  reason: string | null,
  row: EnvironmentRow | null,
  exitCode: ExitCode,
) => ({ deployment, environment: opened.name, asked, outcome, reason, live: row?.live ?? null, exitCode });

/** The request was left; what comes of it is told by whoever answers it. */
async function told(cli: Cli, options: CommonOptions, opened: Opened, ended: Ended): Promise<void> {
  const { store } = opened.project.runtime;
  if (options.json) {
    const { reason } = await readDeployment({ store }, ended.deployment);
    const row = await readEnvironmentRow(store, opened.name);
    return cli.out(JSON.stringify(factsOf(opened, ended, reason, row, EXIT.ok)));
  }
  const what = ended.goesOn ?? `asked ${ended.deployment} to ${ended.asked}; it answers at its next safe point`;
  cli.err(`${shape(cli, 'waiting')} ${plainText(cli, what)}`);
  cli.err('  next  belay status');
}

/** When there was nothing to do: said, and no failure. */
export async function nothingToDo(cli: Cli, options: CommonOptions, opened: Opened, what: string): Promise<void> {
  opened.renderer.end();
  cli.exit(EXIT.ok);
  const { store } = opened.project.runtime;
  if (options.json) {
    const row = await readEnvironmentRow(store, opened.name);
    return cli.out(
      JSON.stringify({
        environment: opened.name,
        outcome: null,
        note: what,
        live: row?.live ?? null,
        exitCode: EXIT.ok,
      }),
    );
  }
  cli.err(`${shape(cli, 'none')} ${plainText(cli, what)}`);
  cli.err(`  live  ${plainText(cli, await describeLive(store, opened.name))}`);
  cli.err('  next  belay status');
}
