/** Two revisions of the repository compared: Convex schemas and functions, migration folders, and the files that clients are written to. */
import type { MigrationState } from '../schema/convex/index.ts';
import type { Prover } from './check-migrations.ts';
import { callerReports } from './convex-callers.ts';
import { convexReports, projectsToCompare } from './convex-projects.ts';
import { contractReports } from './contract-files.ts';
import { postgresFolders } from './migration-folders.ts';
import { levelOf, type SchemaReport } from './report.ts';
import type { Repository, Revision } from './repository.ts';
import { EVERYTHING, type Scope } from './scope.ts';
import { openTree } from './tree.ts';

export interface Comparison {
  readonly from: Revision;
  readonly to: Revision;
  /** Absent: all that is recognised. */
  readonly scope?: Scope;
  readonly prover?: Prover | null;
  /** What is known of migrations of Convex documents. */
  readonly migrated?: MigrationState | null;
}

export interface Compared {
  /** The first says what was compared with what. */
  readonly reports: readonly SchemaReport[];
  readonly json: Readonly<Record<string, unknown>>;
}

const VERDICTS = { error: 'breaking', unknown: 'unknown', warning: 'pass', note: 'pass' } as const;

const told = ({ commit, told: text }: Revision) => ({ commit, told: text });

/** Says what was compared with what, even when nothing differs. */
function headline(from: Revision, to: Revision, count: number): SchemaReport {
  const section = { title: 'no schema and no migration differs', verdicts: [], reasons: [] };
  return { title: `From ${from.told} to ${to.told}`, sections: count === 0 ? [section] : [], json: {} };
}

/** @throws Problem SCHEMA_UNREADABLE */
export async function compareRevisions(
  repository: Repository,
  { from, to, scope = EVERYTHING, prover = null, migrated = null }: Comparison,
): Promise<Compared> {
  const [before, after] = await Promise.all([openTree(repository, from), openTree(repository, to)]);
  try {
    const compared = { from, to, before, after, scope, migrated };
    const projects = await projectsToCompare(repository, compared);
    const [convex, functions, postgres, contracts] = await Promise.all([
      convexReports(repository, compared, projects),
      callerReports(repository, compared, projects),
      postgresFolders(before, after, { scope, prover }),
      contractReports(before, after, scope),
    ]);
    const reports = [...convex, ...functions, ...postgres, ...contracts];
    const json = {
      from: told(from),
      to: told(to),
      verdict: VERDICTS[levelOf(reports)],
      convex: convex.map((report) => report.json),
      postgres: postgres.map((report) => report.json),
      ...(functions.length > 0 ? { functions: functions.map((report) => report.json) } : {}),
      ...(contracts.length > 0 ? { contracts: contracts.map((report) => report.json) } : {}),
    };
    return { reports: [headline(from, to, reports.length), ...reports], json };
  } finally {
    before.dispose();
    after.dispose();
  }
}
