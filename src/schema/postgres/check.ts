/** From a base and migrations to verdicts. */
import { type Catalog, emptyCatalog } from './model.ts';
import { type Difference, compareWithBase } from './old-code.ts';
import { loadParser } from './parse.ts';
import { type Effects, newRun } from './run.ts';
import { type Migration, replayBase, simulate } from './simulate.ts';
import { type Hazard, type OldCode, type Verdict, heavierWork, strongerLock, worstOf } from './verdict.ts';

export interface PostgresInput {
  /** SQL that makes the deployed schema: a dump, or the migrations applied so far. */
  readonly base: string;
  /** What is to be applied, in order. */
  readonly migrations: readonly Migration[];
}

export interface MigrationVerdict extends Verdict {
  readonly name: string;
}

/** The worst of all migrations, and each of them. */
export interface PostgresReport extends Verdict {
  readonly migrations: readonly MigrationVerdict[];
  /** False when part of the base was not understood: a missing name then proves nothing. */
  readonly baseUnderstood: boolean;
}

/**
 * What the migrations will do to a database that holds the base, with rows in every table, while the
 * current release runs: without a server, within milliseconds. Never throws for what is in the SQL.
 *
 * - `safe`: no lock that makes readers or writers wait. `brief-lock`: they wait, for a change of the catalog only.
 * - `long-lock`: they wait while work goes on that grows with the rows.
 * - `fails`: an error in any case, or as soon as a row exists. A row that *might* violate is no `fails`.
 * - `unknown`: cannot tell, and nothing worse is certain.
 */
export async function checkPostgres(input: PostgresInput): Promise<PostgresReport> {
  await loadParser();
  const run = newRun(emptyCatalog());
  replayBase(run, input.base);
  const base: Catalog = structuredClone(run.catalog);
  run.judging = true;
  const effects = input.migrations.map((migration, index) => {
    run.catalog.searchPath = searchPathOf(base);
    return simulate(run, migration, index);
  });
  const differences = compareWithBase(base, run.catalog);
  blame(run.effects, differences, run.catalog);
  const migrations = input.migrations.map(({ name }, index) => ({ name, ...verdictOf(effects[index] ?? []) }));
  return { ...worstOf(migrations), migrations, baseUnderstood: base.complete };
}

/** A dump empties the search path for itself; a migration starts with the usual one. */
const searchPathOf = (base: Catalog) => (base.searchPath.length === 0 ? ['public'] : [...base.searchPath]);

/** Hands each difference to the statement that caused it. */
function blame(all: Effects[], differences: readonly Difference[], catalog: Catalog): void {
  for (const difference of differences) {
    const ids = difference.keys.map((key) => catalog.touched.get(key)).filter((id) => id !== undefined);
    const effects = all[ids[0] ?? -1];
    if (!effects || effects.undone) continue;
    const { statement, line } = effects.place;
    const { rule, why, recipe, effect } = difference;
    effects.findings.push({ statement, line, rule, why, recipe });
    if (effect === 'breaks') effects.oldCode = 'breaks';
    if (effect === 'unknown' && effects.oldCode === 'works') effects.oldCode = 'unknown';
    if (effect === 'new-values') effects.newValues = true;
  }
}

function hazardOf(effects: readonly Effects[]): Hazard {
  if (effects.some((one) => one.fails)) return 'fails';
  if (effects.some((one) => one.long)) return 'long-lock';
  if (effects.some((one) => one.unknown)) return 'unknown';
  return effects.some((one) => one.blocks) ? 'brief-lock' : 'safe';
}

function oldCodeOf(effects: readonly Effects[]): OldCode {
  const kept = effects.filter((one) => !one.undone);
  if (kept.some((one) => one.oldCode === 'breaks')) return 'breaks';
  return kept.some((one) => one.unknown || one.oldCode === 'unknown') ? 'unknown' : 'works';
}

export function verdictOf(effects: readonly Effects[]): Verdict {
  const kept = effects.filter((one) => !one.undone);
  const certain = effects.reduce<Verdict['work']>((work, one) => heavierWork(work, one.work), 'instant');
  return {
    hazard: hazardOf(effects),
    lock: effects.reduce<Verdict['lock']>((lock, one) => strongerLock(lock, one.lock), 'none'),
    work: certain === 'instant' && effects.some((one) => one.unknown) ? 'unknown' : certain,
    oldCode: oldCodeOf(effects),
    destroysData: kept.some((one) => one.destroysData),
    newValues: kept.some((one) => one.newValues),
    findings: effects.flatMap((one) => one.findings),
  };
}
