/** How deploy, rollback and promote end: the result as JSON or as the last block, and the exit code. */
import { EXIT, type ExitCode, type Problem } from '../core/errors.ts';
import type { Unfinished } from '../core/behind-commit.ts';
import type { DeployResult } from '../core/deploy.ts';
import type { RollbackResult } from '../core/rollback.ts';
import { readDeployment } from '../core/open.ts';
import { describeObserved, readEnvironmentRow } from '../core/status.ts';
import type { Cli, CommonOptions } from './cli.ts';
import { type Ending, OUTCOME_CODES, printEnding } from './render/outcome.ts';
import { printProblem } from './render/problem.ts';
import { report } from './report.ts';
import type { Opened } from './with-project.ts';

/** A rollback that was wanted and took ends well; one that a breach asked for says that the release failed. */
export function exitCodeOf(result: DeployResult): ExitCode {
  const { watched } = result;
  if (watched?.rollback || watched?.result === 'breached') {
    return watched.rollback?.outcome === 'committed' ? EXIT.rolledBack : EXIT.stuck;
  }
  if (result.refusal) return result.refusal.exitCode;
  if (result.unfinished) return exitCodeOfUnfinished(result.unfinished);
  return OUTCOME_CODES[result.outcome];
}

/** A commit stands; what is live decides whether it can be called done. */
const exitCodeOfUnfinished = ({ verified }: Unfinished): ExitCode => (verified ? EXIT.ok : EXIT.unknown);

/** Why the command ended before the record did, and what the next one does. */
function whyUnfinished({ why, left, verified }: Unfinished): string {
  const seen = verified ? 'what is live was read back, and is healthy' : 'what is live could not be verified';
  const rest = left.length > 0 ? `; left for the next command: ${left.join(', ')}` : '; it is not watched any longer';
  return `the store went away after the commit (${why}); ${seen}${rest}`;
}

const nextUnfinished = ({ left, verified }: Unfinished): string =>
  left.length > 0 || !verified ? 'belay recover   once the store answers again' : 'belay status';

const NEXT: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: 'belay status',
  [EXIT.rolledBack]: 'fix it, commit, and deploy again; the record: belay show',
  [EXIT.stuck]: 'belay show, then belay recover',
  [EXIT.paused]: 'belay resume, or belay abort',
  [EXIT.refused]: 'belay plan',
} as Readonly<Record<ExitCode, string>>;

export async function finishDeploy(
  cli: Cli,
  options: CommonOptions,
  opened: Opened,
  result: DeployResult,
): Promise<void> {
  const { store } = opened.project.runtime;
  const { deployment, release, outcome, refusal, recovered, watched, unfinished } = result;
  const code = exitCodeOf(result);
  const reason = unfinished ? whyUnfinished(unfinished) : (await readDeployment({ store }, deployment)).reason;
  const ending: Ending = {
    outcome: watched?.rollback?.outcome === 'committed' ? 'rolled-back' : outcome,
    what: `${deployment} · ${release} · ${opened.name}`,
    reason: watched?.rollback ? `taken back by ${watched.rollback.deployment}` : reason,
    live: await describeObserved(opened.project.runtime, opened.environment),
    next: refusal?.next ?? (unfinished ? nextUnfinished(unfinished) : (NEXT[code] ?? 'belay status')),
  };
  const error = refusal ? { code: refusal.code, message: refusal.message, why: refusal.why } : undefined;
  const facts = {
    deployment,
    release,
    environment: opened.name,
    outcome,
    reason,
    recovered,
    watched,
    unfinished,
    error,
  };
  await finish(cli, options, opened, { code, ending, facts, refusal, unfinished });
}

export async function finishRollback(
  cli: Cli,
  options: CommonOptions,
  opened: Opened,
  result: RollbackResult,
): Promise<void> {
  const { unfinished } = result;
  const code = unfinished ? exitCodeOfUnfinished(unfinished) : OUTCOME_CODES[result.outcome];
  const what = result.changed
    ? `${result.deployment} · back on ${result.release}`
    : `${result.release} was live already; nothing changed`;
  const live = await describeObserved(opened.project.runtime, opened.environment);
  const next = unfinished ? nextUnfinished(unfinished) : (NEXT[code] ?? 'belay status');
  const reason = unfinished ? whyUnfinished(unfinished) : null;
  const ending: Ending = { outcome: result.outcome, what, reason, live, next };
  const facts = { ...result, environment: opened.name };
  await finish(cli, options, opened, { code, ending, facts, refusal: null, unfinished });
}

interface Finished {
  readonly code: ExitCode;
  readonly ending: Ending;
  /** What `--json` gives, besides what is live and the exit code. */
  readonly facts: Readonly<Record<string, unknown>> & {
    readonly deployment: string | null;
    readonly release: string;
  };
  readonly refusal: Problem | null;
  readonly unfinished: Unfinished | null;
}

async function finish(cli: Cli, options: CommonOptions, opened: Opened, finished: Finished): Promise<void> {
  const { code, ending, facts, refusal, unfinished } = finished;
  // A store that is away is not waited for once more: what the targets say is in the ending.
  const row = unfinished ? null : await readEnvironmentRow(opened.project.runtime.store, opened.name);
  cli.exit(code);
  const { deployment, release } = facts;
  const undelivered = await report(cli, opened, { ending, deployment, release, row, unfinished });
  const more = { ...(unfinished ? { observed: ending.live } : {}), ...(undelivered ? { undelivered } : {}) };
  if (options.json) cli.out(JSON.stringify({ ...facts, live: row?.live ?? null, ...more, exitCode: code }));
  else if (refusal) printProblem(cli, refusal, { json: false, live: ending.live });
  else printEnding(cli, ending);
}
