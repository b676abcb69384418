/** Two commits of the application → what the core asks before it ships: the way back, and what stands in its way. */
import { isProblem, type Problem } from '../core/errors.ts';
import { type Source, short } from '../core/release.ts';
import type { SchemaFinding, SchemaInspection } from '../core/schema-gate.ts';
import type { MigrationState } from '../schema/convex/index.ts';
import type { Exec } from '../util/exec.ts';
import { compareRevisions } from './compare-revisions.ts';
import { type Level, type Reason, type SchemaReport, verdictOf } from './report.ts';
import { commitOf, openRepository, type Repository, type Revision, unknownCommit } from './repository.ts';
import { CODE_ONLY, type WayBack, wayBackOver } from './rollback-class.ts';
import type { Scope } from './scope.ts';

export interface InspectOptions {
  readonly exec: Exec;
  /** Somewhere in the repository that releases are made from. */
  readonly path: string;
  /** What is compared, once it is known where the repository begins; null: all that is recognised. @throws Problem CONFIG_INVALID */
  scope(root: string): Scope | null;
  /** Which databases a deployment takes a snapshot of before it begins. */
  readonly snapshots: { readonly postgres: boolean };
  /** What the live Convex deployment says of its migrations; absent where nobody can ask it. */
  migrated?(): Promise<MigrationState | null>;
}

const LEVELS: Readonly<Record<Level, SchemaFinding['level']>> = {
  error: 'breaking',
  unknown: 'unknown',
  warning: 'note',
  note: 'note',
};

function placeOf({ file, line, place }: Reason): string {
  // A statement and a migration say nothing without their file; a table does.
  return file !== undefined && line !== undefined && !file.includes('convex/') ? `${file}:${line}` : place;
}

/** Whether documents were migrated is known to the deployment of Convex, which is not asked: a person is. */
const SHOW_MIGRATED = [
  'when it is migrated already, show it, and say so with --accept-schema:',
  'npx convex deploy --dry-run   (a staged validator that is complete)',
  'npx convex run --component migrations lib:getStatus   (@convex-dev/migrations)',
];

function findingOf(reason: Reason): SchemaFinding {
  const { level, why, recipe = '', rule } = reason;
  const more = rule === 'convex-old-documents-refused' ? SHOW_MIGRATED : [];
  const lines = [...recipe.split('\n').filter((line) => line.trim() !== ''), ...more];
  return { level: LEVELS[level], place: placeOf(reason), why, recipe: lines };
}

function inspectionOf(reports: readonly SchemaReport[], snapshots: InspectOptions['snapshots']): SchemaInspection {
  const [, ...compared] = reports;
  const ways = compared.flatMap(({ wayBack }) => wayBack ?? []);
  const findings = compared.flatMap(({ sections }) => sections.flatMap(({ reasons }) => reasons.map(findingOf)));
  const titles = compared.map(({ title }) => title).join('; ');
  const summary = compared.length === 0 ? 'no schema and no migration differs' : `${titles}: ${verdictOf(compared)}`;
  return { ...wayOf(ways, snapshots), findings, summary };
}

function wayOf(ways: readonly WayBack[], snapshots: InspectOptions['snapshots']) {
  const way = wayBackOver(ways, snapshots);
  return { rollbackClass: way.class, because: way === CODE_ONLY ? null : way.because };
}

/** A folder has no history: nothing is refused for that, and nothing is promised. */
const FOLDER: SchemaInspection = {
  rollbackClass: 'code-only',
  because: null,
  findings: [
    {
      level: 'note',
      place: 'source',
      why: 'a folder has no history, so schemas and migrations are not compared',
      recipe: ['take a git repository as `source`'],
    },
  ],
  summary: 'nothing to compare: the source is a folder, not a commit',
};

/** Could not look is no pass: whoever knows better says so with `--accept-schema`. */
function unreadableInspection({ message, why, next }: Problem, options: InspectOptions): SchemaInspection {
  const because = `the schemas could not be compared: ${message}`;
  return {
    ...wayOf([{ class: 'restore-required', needs: 'postgres', because }], options.snapshots),
    findings: [
      { level: 'unknown', place: 'schema', why: why ? `${message}: ${why}` : message, recipe: next ? [next] : [] },
    ],
    summary: 'the schemas could not be compared',
  };
}

async function revisionOf(repository: Repository, { commit }: Source, told: string): Promise<Revision> {
  if ((await commitOf(repository, commit)) !== null)
    return { commit, kind: 'commit', told: `${short(commit)}, ${told}` };
  throw await unknownCommit(repository, commit, 'git does not know it here', 'git fetch --all');
}

/** Null when both are one commit. @throws Problem CONFIG_INVALID, INTERRUPTED */
export async function inspectCommits(
  options: InspectOptions,
  from: Source,
  to: Source,
): Promise<SchemaInspection | null> {
  if (from.commit === to.commit) return null;
  if ([from, to].some(({ commit }) => commit.startsWith('dir-'))) return FOLDER;
  try {
    const repository = await openRepository(options.exec, options.path);
    const revisions = {
      from: await revisionOf(repository, from, 'live'),
      to: await revisionOf(repository, to, 'the candidate'),
    };
    const scope = options.scope(repository.root);
    const migrated = (await options.migrated?.()) ?? null;
    const { reports } = await compareRevisions(repository, { ...revisions, migrated, ...(scope ? { scope } : {}) });
    return inspectionOf(reports, options.snapshots);
  } catch (error) {
    if (['SCHEMA_UNREADABLE', 'TIMEOUT', 'TOOL_MISSING'].some((code) => isProblem(error) && error.code === code)) {
      return unreadableInspection(error as Problem, options);
    }
    throw error;
  }
}
