/** Opens the journal for commands that only read it, and says which environments they are about. */
import { Problem } from '../core/errors.ts';
import { openRecord, type ProjectRecord, type RecordOptions } from '../project-record.ts';
import { suggest } from '../util/suggest.ts';
import type { Cli, CommonOptions } from './cli.ts';

export async function withRecord<T>(
  cli: Cli,
  options: CommonOptions,
  work: (record: ProjectRecord) => Promise<T>,
  open: Pick<RecordOptions, 'leaveViews'> = {},
): Promise<T> {
  const record = await openRecord({
    cwd: cli.cwd,
    env: cli.env,
    version: cli.version,
    ...(options.config ? { file: options.config } : {}),
    // What is only read cannot be lost with the runner.
    allowLocalStoreInCi: true,
    ...open,
  });
  try {
    return await work(record);
  } finally {
    await record.store.close();
  }
}

/** Those of the configuration, then those that only the journal still knows. */
export async function knownEnvironments({ store, environments }: ProjectRecord): Promise<readonly string[]> {
  const rows = await store.view('environments', {});
  return [...new Set([...environments, ...rows.map((row) => row.environment)])];
}

/** The named environment, else all of them. @throws Problem ENVIRONMENT_UNKNOWN */
export async function environmentsMeant(
  cli: Cli,
  options: CommonOptions,
  record: ProjectRecord,
): Promise<readonly string[]> {
  const known = await knownEnvironments(record);
  const named = options.env ?? cli.env.environment;
  if (!named) return known;
  if (known.includes(named)) return [named];
  const near = suggest(named, known);
  throw new Problem('ENVIRONMENT_UNKNOWN', `There is no environment ${named}`, {
    why: `known are ${known.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
    next: 'belay status',
  });
}

/** Exactly one environment. @throws Problem USAGE when there are several and none was named */
export async function environmentMeant(cli: Cli, options: CommonOptions, record: ProjectRecord): Promise<string> {
  const meant = await environmentsMeant(cli, options, record);
  const [first, ...others] = meant;
  if (first !== undefined && others.length === 0) return first;
  throw new Problem('USAGE', 'Which environment?', {
    why: `there are ${meant.join(', ')}`,
    next: `add --env ${first ?? 'NAME'}, or set BELAY_ENVIRONMENT`,
  });
}
