/** Migration folders of two revisions → a report a folder: what is new is judged on what is applied. */
import { checkMigrations, type Prover } from './check-migrations.ts';
import {
  compareHistory,
  type History,
  type Migration,
  migrationAt,
  migrationFolders,
  type MigrationFolder,
} from './migrations.ts';
import type { Reason, SchemaReport, Section } from './report.ts';
import { requireFound, type Scope } from './scope.ts';
import type { Tree } from './tree.ts';

async function foldersOf(tree: Tree, { migrations }: Scope): Promise<readonly MigrationFolder[]> {
  const known = migrations === 'detect' ? [] : migrations;
  const isWanted = (path: string) => {
    const folder = migrationAt(path, known)?.folder;
    return folder !== undefined && (migrations === 'detect' || known.includes(folder));
  };
  return migrationFolders(await tree.read(tree.paths.filter(isWanted)), known);
}

const sqlOf = (migrations: readonly Migration[]): string => migrations.map(({ sql }) => sql).join('\n;\n');

const reason = ({ path, name }: Migration, rule: string, why: string, recipe: string): Reason => ({
  level: 'warning',
  rule: `postgres-${rule}`,
  place: name,
  why,
  recipe,
  file: path,
  line: 1,
});

function historySection(history: History, missed: readonly Reason[]): readonly Section[] {
  const reasons = [
    ...missed,
    ...history.edited.map((one) =>
      reason(
        one,
        'applied-edited',
        'it is applied where the baseline runs, and was edited since',
        'leave it as it was, and write a new migration',
      ),
    ),
    ...history.removed.map((one) =>
      reason(
        one,
        'applied-removed',
        'it is applied where the baseline runs, and is gone',
        'bring it back; what it did is undone by a new migration',
      ),
    ),
    ...history.early.map((one) =>
      reason(
        one,
        'out-of-order',
        'it is sorted before one that is applied: tools skip it, or refuse it',
        'give it a later number',
      ),
    ),
  ];
  return reasons.length === 0 ? [] : [{ title: 'the history', verdicts: [], reasons }];
}

/**
 * A candidate without a migration that is applied is an older one: its code meets the schema as it is. What the
 * migration does to code that does not know it is what it will do to the candidate.
 */
async function missedBy(candidate: readonly Migration[], removed: readonly Migration[]): Promise<readonly Reason[]> {
  if (removed.length === 0) return [];
  const { checkPostgres } = await import('../schema/postgres/index.ts');
  const { migrations } = await checkPostgres({ base: sqlOf(candidate), migrations: removed });
  return migrations.flatMap((verdict, at) => {
    const one = removed[at];
    if (!one || verdict.oldCode !== 'breaks') return [];
    const because = verdict.findings.map(({ why }) => why).join('; ');
    const why = `it is applied where the baseline runs, and the code to ship does not know it: ${because}`;
    const recipe = 'ship a commit that has the migration, and undo in a new one what it did';
    return [{ ...reason(one, 'applied-unknown', why, recipe), level: 'error' as const }];
  });
}

async function reportOf(
  folder: string,
  before: readonly Migration[],
  after: readonly Migration[],
  prover: Prover | null,
): Promise<SchemaReport | null> {
  const history = compareHistory(before, after);
  const sections = historySection(history, await missedBy(after, history.removed));
  if (history.added.length === 0 && sections.length === 0) return null;
  const sources = history.added.map(({ name, path, sql, transaction }) => ({ name, file: path, sql, transaction }));
  const count = `${sources.length} new ${sources.length === 1 ? 'migration' : 'migrations'} on ${before.length} applied`;
  const report = await checkMigrations(`Postgres · ${folder} · ${count}`, sqlOf(before), sources, prover);
  const names = (list: readonly Migration[]) => list.map(({ path }) => path);
  const { edited, removed, early } = history;
  const told = { edited: names(edited), removed: names(removed), outOfOrder: names(early) };
  return { ...report, sections: [...sections, ...report.sections], json: { folder, ...report.json, history: told } };
}

/** Folders without a difference are left out. @throws Problem SCHEMA_UNREADABLE for a named folder without migrations */
export async function postgresFolders(
  from: Tree,
  to: Tree,
  { scope, prover }: { readonly scope: Scope; readonly prover: Prover | null },
): Promise<readonly SchemaReport[]> {
  const [before, after] = await Promise.all([foldersOf(from, scope), foldersOf(to, scope)]);
  const names = new Set([...before, ...after].map(({ folder }) => folder));
  requireFound(scope.migrations, names, 'holds no SQL migration in either of the two commits');
  const of = (folders: readonly MigrationFolder[], name: string) =>
    folders.find(({ folder }) => folder === name)?.migrations ?? [];
  const reports: SchemaReport[] = [];
  for (const name of names) {
    const report = await reportOf(name, of(before, name), of(after, name), prover);
    if (report) reports.push(report);
  }
  return reports;
}
