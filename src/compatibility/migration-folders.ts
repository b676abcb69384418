/** Migration folders of two revisions → a report a folder: what is new is judged on what is applied. */
import { checkMigrations, type Prover } from './check-migrations.ts';
import {
  compareHistory,
  type History,
  type Migration,
  type MigrationFolder,
  pathsToRead,
  readFolders,
  schemaOf,
} from '../schema/migrations/index.ts';
import type { Reason, SchemaReport, Section } from './report.ts';
import { requireFound, type Scope } from './scope.ts';
import type { Tree } from './tree.ts';

async function foldersOf(tree: Tree, { migrations }: Scope): Promise<readonly MigrationFolder[]> {
  const known = migrations === 'detect' ? [] : migrations;
  const folders = readFolders(await tree.read(pathsToRead(tree.paths, known)), known);
  return migrations === 'detect' ? folders : folders.filter(({ folder }) => known.includes(folder));
}

type Named = Pick<Migration, 'path' | 'name'>;

const reason = ({ path, name }: Named, rule: string, why: string, recipe: string): Reason => ({
  level: 'warning',
  rule: `postgres-${rule}`,
  place: name,
  why,
  recipe,
  file: path,
  line: 1,
});

const ODDITIES = {
  gap: { rule: 'number-missing', recipe: 'bring the missing one back, or give this one the next number' },
  duplicate: { rule: 'number-twice', recipe: 'give one of them the next number' },
  'not-listed': { rule: 'not-listed', recipe: 'npx drizzle-kit generate writes the file and its entry together' },
  'listed-not-there': { rule: 'not-there', recipe: 'bring the file back' },
} as const;

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
    ...history.oddities.map((one) => reason(one, ODDITIES[one.rule].rule, one.why, ODDITIES[one.rule].recipe)),
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
async function missedBy(
  candidate: MigrationFolder | undefined,
  removed: readonly Migration[],
): Promise<readonly Reason[]> {
  if (removed.length === 0) return [];
  const { checkPostgres } = await import('../schema/postgres/index.ts');
  const { migrations } = await checkPostgres({ base: schemaOf(candidate), migrations: removed });
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
  before: MigrationFolder | undefined,
  after: MigrationFolder | undefined,
  prover: Prover | null,
): Promise<SchemaReport | null> {
  const history = compareHistory(before, after);
  const sections = historySection(history, await missedBy(after, history.removed));
  if (history.added.length === 0 && sections.length === 0) return null;
  const sources = history.added.map(({ name, path, sql, transaction }) => ({ name, file: path, sql, transaction }));
  const count = `${sources.length} new ${sources.length === 1 ? 'migration' : 'migrations'} on ${before?.migrations.length ?? 0} applied`;
  const report = await checkMigrations(`Postgres · ${folder} · ${count}`, schemaOf(before), sources, prover);
  const names = (list: readonly Named[]) => list.map(({ path }) => path);
  const { edited, removed, early, oddities } = history;
  const told = { edited: names(edited), removed: names(removed), outOfOrder: names(early), odd: oddities };
  const json = { folder, tool: (after ?? before)?.tool, ...report.json, history: told };
  return { ...report, sections: [...sections, ...report.sections], json };
}

/** Folders without a difference are left out. @throws Problem SCHEMA_UNREADABLE for a named folder without migrations */
export async function postgresFolders(
  from: Tree,
  to: Tree,
  { scope, prover }: { readonly scope: Scope; readonly prover: Prover | null },
): Promise<readonly SchemaReport[]> {
  const [before, after] = await Promise.all([foldersOf(from, scope), foldersOf(to, scope)]);
  const names = new Set([...before, ...after].map(({ folder }) => folder));
  requireFound(scope.migrations, names, 'holds no migration in either of the two commits');
  const of = (folders: readonly MigrationFolder[], name: string) => folders.find(({ folder }) => folder === name);
  const reports: SchemaReport[] = [];
  for (const name of names) {
    const report = await reportOf(name, of(before, name), of(after, name), prover);
    if (report) reports.push(report);
  }
  return reports;
}
